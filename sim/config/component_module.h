#pragma once

#include <string>

namespace faultline::config {

/// How the symbols of a module are seen by what it loads itself.
enum class ModuleScope { kLocal, kGlobal };

/// An optional part of the program: a module beside it in the build tree, under lib/faultline when installed. It is
/// loaded only where it is needed, because what it links to takes longer to load than most commands to run.
///
/// Returns the address of `symbol` in `file`, or nullptr when this build lacks the module. Throws UserError when it is
/// there and cannot be loaded; `remedy` says what to do then.
void* load_component(const std::string& file, const std::string& symbol, const std::string& remedy,
                     ModuleScope scope = ModuleScope::kLocal);

}  // namespace faultline::config
