#pragma once

#include <filesystem>
#include <functional>

#include "rtl/generator/design.h"
#include "rtl/verilated/model_kind.h"

namespace faultline::rtl {

/// Where built models are kept: $FAULTLINE_RTL_CACHE, else faultline/rtl below $XDG_CACHE_HOME or ~/.cache.
std::filesystem::path model_cache_folder();

/// Tests a new model before others may use it; throws RtlError.
using ModelCheck = std::function<void(const std::filesystem::path& library)>;

/// The shared library of a design's Verilated model, built with Verilator and the C++ compiler unless the cache holds
/// one made from the same sources by the same version of Verilator.
///
/// Processes that want the same model at the same time wait for the one that builds it. Throws RtlError when Verilator
/// or a compiler is missing or fails; the cache then holds nothing new.
std::filesystem::path build_model(const Design& design, ModelKind kind, const ModelCheck& check);

}  // namespace faultline::rtl
