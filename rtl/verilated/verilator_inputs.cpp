#include "rtl/verilated/verilator_inputs.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rtl/generator/text_template.h"

namespace faultline::rtl {
namespace {

constexpr const char* kBridge = R"(#include <cstdint>
#include <cstring>
#include <memory>

#include "Vmodel.h"
#include "Vmodel___024root.h"
#include "verilated.h"
#include "verilated_syms.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace {

struct Instance {
  Instance() {
    // No pool of threads: processes with threads must not fork.
    context.threads(1);
    top = std::make_unique<Vmodel>(&context, "TOP");
  }
  ~Instance() {
    top->final();
    // The scopes of the model are removed from the context of the thread, which may be another instance's.
    Verilated::threadContextp(&context);
  }

  VerilatedContext context;
  std::unique_ptr<Vmodel> top;
};

Vmodel& top_of(void* model) { return *static_cast<Instance*>(model)->top; }

}  // namespace

EXPORTED void* faultline_create() { return new Instance; }

EXPORTED void faultline_destroy(void* model) {
  delete static_cast<Instance*>(model);
}

EXPORTED void* faultline_pin(void* model, const char* name) {
  Vmodel& top = top_of(model);
@pins@  return nullptr;
}

EXPORTED void faultline_evaluate(void* model, int clock, int reset) {
  Vmodel& top = top_of(model);
  top.@clock@ = static_cast<CData>(clock);
  top.@reset@ = static_cast<CData>(reset != @inactive_reset@);
  top.eval();
}

EXPORTED void* faultline_signal(void* model, const char* scope, const char* name) {
  const VerilatedScope* found = static_cast<Instance*>(model)->context.scopeFind(scope);
  VerilatedVar* signal = found == nullptr ? nullptr : found->varFind(name);
  return signal == nullptr ? nullptr : signal->datap();
}

EXPORTED uint64_t faultline_forces(void* model, void** enables, void** values) {
  Vmodel___024root* root = top_of(model).rootp;
  uint64_t count = 0;
  (void)root;
  (void)enables;
  (void)values;
@forces@  return count;
}
)";

bool is_forceable(const MappedSignal& signal) {
  return signal.is_wire() && !signal.path.empty();
}

/// The name that Verilator gives an inlined signal in the class of the top module.
std::string inlined_name(const Design& design, const std::string& path) {
  std::string name = design.top + "__DOT__";
  for (const char symbol : path) {
    switch (symbol) {
      case '.':
        name += "__DOT__";
        break;
      case '[':
        name += "__BRA__";
        break;
      case ']':
        name += "__KET__";
        break;
      default:
        name += symbol;
    }
  }
  return name;
}

std::string force_lines(const Design& design) {
  std::string lines;
  for (const MappedSignal& signal : design.signals) {
    for (size_t element = 0; is_forceable(signal) && element < signal.field.element_count(); ++element) {
      const std::string name = inlined_name(design, element_path(signal, element));
      lines +=
          fmt::format("  enables[count] = &root->{0}__VforceEn;\n  values[count++] = &root->{0}__VforceVal;\n", name);
    }
  }
  return lines;
}

std::string pin_lines(const Design& design) {
  std::string lines;
  for (const auto* pins : {&design.inputs, &design.outputs}) {
    for (const Pin& pin : *pins) {
      lines += fmt::format("  if (std::strcmp(name, \"{}\") == 0) return &top.{};\n", pin.name, pin.port);
    }
  }
  return lines;
}

}  // namespace

SourceFile signal_marks(const Design& design, ModelKind kind) {
  std::string text = "`verilator_config\n";
  for (const std::string& module : kind == ModelKind::kForceable ? design.above_wires : std::vector<std::string>()) {
    text += fmt::format("inline -module \"{}\"\n", module);
  }
  std::set<std::pair<std::string, std::string>> marked;
  for (const MappedSignal& signal : design.signals) {
    if (!marked.insert({signal.module, signal.name}).second) {
      continue;  // lanes and memories share a declaration
    }
    const std::string place = fmt::format("-module \"{}\" -var \"{}\"\n", signal.module, signal.name);
    if (!signal.is_wire()) {
      text += "public_flat_rw " + place;
    } else if (kind == ModelKind::kForceable && is_forceable(signal)) {
      text += "public_flat_rd " + place + "forceable " + place;
      // The masks of a forced wire can be named only where its module is part of the top module's class.
      text += signal.module == design.top ? "" : fmt::format("inline -module \"{}\"\n", signal.module);
    }
  }
  return {"marks.vlt", text};
}

SourceFile bridge(const Design& design, ModelKind kind) {
  return {"bridge.cpp", fill_template(kBridge, {{"pins", pin_lines(design)},
                                                {"clock", design.clock_pin.port},
                                                {"reset", design.reset_pin.port},
                                                {"inactive_reset", design.reset.active_low ? "1" : "0"},
                                                {"forces", kind == ModelKind::kForceable ? force_lines(design) : ""}})};
}

}  // namespace faultline::rtl
