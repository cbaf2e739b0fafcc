#include "rtl/verilated/verilator_inputs.h"

#include <string>

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

constexpr int kRows = @rows@;
constexpr int kColumns = @columns@;

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

template <class Port>
void put_bytes(Port& port, const int8_t* bytes, int count) {
  std::memcpy(&port, bytes, static_cast<size_t>(count));
}

template <class Port>
void put_bits(Port& port, const uint8_t* bits, int count) {
  auto* bytes = reinterpret_cast<uint8_t*>(&port);
  for (int first = 0; first < count; first += 8) {
    unsigned byte = 0;
    for (int i = first; i < count && i < first + 8; ++i) {
      byte |= static_cast<unsigned>(bits[i]) << (i - first);
    }
    bytes[first / 8] = static_cast<uint8_t>(byte);
  }
}

}  // namespace

EXPORTED void* faultline_create() { return new Instance; }

EXPORTED void faultline_destroy(void* model) {
  delete static_cast<Instance*>(model);
}

EXPORTED void faultline_show(void* model, const int8_t* west_value, const uint8_t* west_valid,
                             const uint8_t* west_control, const int8_t* north_value, const uint8_t* north_valid,
                             const uint8_t* column_control) {
  Vmodel& top = top_of(model);
  (void)west_control;
  put_bytes(top.@west_value@, west_value, kRows);
  put_bits(top.@west_valid@, west_valid, kRows);
  put_bytes(top.@north_value@, north_value, kColumns);
  put_bits(top.@north_valid@, north_valid, kColumns);
@controls@}

EXPORTED void faultline_evaluate(void* model, int clock, int reset) {
  Vmodel& top = top_of(model);
  top.@clock@ = static_cast<CData>(clock);
  top.@reset@ = static_cast<CData>(reset != @inactive_reset@);
  top.eval();
}

EXPORTED void faultline_south(void* model, int32_t* sums) {
  std::memcpy(sums, &top_of(model).@south_sum@, kColumns * sizeof(int32_t));
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

bool is_wire(const MappedSignal& signal) {
  return signal.field.kind == hw::StateKind::kWire;
}

bool is_forceable(const MappedSignal& signal) {
  return is_wire(signal) && !signal.path.empty();
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

}  // namespace

SourceFile signal_marks(const Design& design, ModelKind kind) {
  std::string text = "`verilator_config\n";
  for (const MappedSignal& signal : design.signals) {
    const std::string place = fmt::format("-module \"{}\" -var \"{}\"\n", signal.module, signal.name);
    if (!is_wire(signal)) {
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
  const PinNames& pins = design.pins;
  const std::string controls =
      design.dataflow == hw::Dataflow::kOutputStationary
          ? fmt::format("  put_bits(top.{}, column_control, kColumns);\n", pins.drain)
          : fmt::format("  put_bits(top.{}, west_control, kRows);\n  put_bits(top.{}, column_control, kColumns);\n",
                        pins.west_control, pins.north_control);
  return {"bridge.cpp", fill_template(kBridge, {{"rows", std::to_string(design.rows)},
                                                {"columns", std::to_string(design.columns)},
                                                {"clock", pins.clock},
                                                {"reset", pins.reset},
                                                {"inactive_reset", design.reset.active_low ? "1" : "0"},
                                                {"west_value", pins.west_value},
                                                {"west_valid", pins.west_valid},
                                                {"north_value", pins.north_value},
                                                {"north_valid", pins.north_valid},
                                                {"south_sum", pins.south_sum},
                                                {"controls", controls},
                                                {"forces", kind == ModelKind::kForceable ? force_lines(design) : ""}})};
}

}  // namespace faultline::rtl
