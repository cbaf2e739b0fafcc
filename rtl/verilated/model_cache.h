#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "rtl/generator/design.h"
#include "rtl/verilated/model_kind.h"

namespace faultline::rtl {

/// Where built models are kept: $FAULTLINE_RTL_CACHE, else faultline/rtl below $XDG_CACHE_HOME or ~/.cache.
std::filesystem::path model_cache_folder();

/// A test that a model must pass before it is used; what it passed is kept with it.
struct ModelCheck {
  std::string name;                                               ///< with its version
  std::function<void(const std::filesystem::path& library)> run;  ///< throws RtlError
};

/// The shared library of a design's Verilated model, built with Verilator and the C++ compiler unless the cache holds
/// one made from the same sources by the same version of Verilator.
///
/// Processes that want the same model at the same time wait for the one that builds it. Throws RtlError when Verilator
/// or a compiler is missing or fails, or when the model fails the check; the cache then holds nothing new.
std::filesystem::path build_model(const Design& design, ModelKind kind, const std::optional<ModelCheck>& check);

}  // namespace faultline::rtl
