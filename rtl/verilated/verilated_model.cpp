#include "rtl/verilated/verilated_model.h"

#include <cstring>
#include <string>

#include <dlfcn.h>

#include "rtl/generator/rtl_error.h"

namespace faultline::rtl {
namespace {

constexpr const char* kRemedy = "remove it, so that it is built again";

/// Bytes of the smallest word that holds this many bits, as Verilator chooses it.
int storage_bytes(int bits) {
  return bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8;
}

uint64_t load_bytes(const void* storage, int bytes) {
  uint64_t value = 0;
  std::memcpy(&value, storage, static_cast<size_t>(bytes));
  return value;
}

template <typename Function>
void resolve(void* library, const std::string& name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, ("faultline_" + name).c_str()));
  if (function == nullptr) {
    throw RtlError("a built model lacks the function " + name, kRemedy);
  }
}

}  // namespace

VerilatedModel::VerilatedModel(const std::filesystem::path& library, const Design& design, const hw::StateTable& table,
                               size_t first_field)
    : drains_(design.dataflow == hw::Dataflow::kOutputStationary) {
  load(library);
  model_ = functions_.create();
  find_signals(design, table, first_field);
  find_forces(design);
}

VerilatedModel::~VerilatedModel() {
  functions_.destroy(model_);
  dlclose(library_);
}

void VerilatedModel::load(const std::filesystem::path& library) {
  library_ = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library_ == nullptr) {
    throw RtlError(std::string("a built model cannot be loaded (") + dlerror() + ")", kRemedy);
  }
  resolve(library_, "create", functions_.create);
  resolve(library_, "destroy", functions_.destroy);
  resolve(library_, "show", functions_.show);
  resolve(library_, "evaluate", functions_.evaluate);
  resolve(library_, "south", functions_.south);
  resolve(library_, "signal", functions_.signal);
  resolve(library_, "forces", functions_.forces);
}

void VerilatedModel::find_signals(const Design& design, const hw::StateTable& table, size_t first_field) {
  size_t forces = 0;
  for (size_t index = 0; index < design.signals.size(); ++index) {
    const MappedSignal& mapped = design.signals[index];
    const hw::StateField& field = table.fields()[first_field + index];
    const bool wire = field.kind == hw::StateKind::kWire;
    Signal signal{field.value_mask(), storage_bytes(field.bits), {}, forces};
    forces += wire ? field.element_count() : 0;
    for (size_t element = 0; element < field.element_count(); ++element) {
      void* const storage = find(design, mapped, element);
      if (storage == nullptr && wire) {
        break;
      }
      if (storage == nullptr) {
        throw RtlError("the RTL has no signal " + element_path(mapped, element), "name it as the state map does");
      }
      signal.storage.push_back(storage);
      if (!wire) {
        auto& cells = signal.bytes == 1   ? cells_of_1_
                      : signal.bytes == 2 ? cells_of_2_
                      : signal.bytes == 4 ? cells_of_4_
                                          : cells_of_8_;
        cells.push_back({storage, field.byte_of(element)});
      }
    }
    signals_.push_back(std::move(signal));
  }
}

void* VerilatedModel::find(const Design& design, const MappedSignal& signal, size_t element) const {
  const std::string path = element_path(signal, element);
  const size_t dot = path.rfind('.');
  const std::string scope = "TOP." + design.top + "." + path.substr(0, dot);
  return functions_.signal(model_, scope.c_str(), path.substr(dot + 1).c_str());
}

void VerilatedModel::find_forces(const Design& design) {
  size_t wires = 0;
  for (const MappedSignal& signal : design.signals) {
    wires += signal.field.kind == hw::StateKind::kWire ? signal.field.element_count() : 0;
  }
  enables_.resize(wires);
  values_.resize(wires);
  const uint64_t found = functions_.forces(model_, enables_.data(), values_.data());
  enables_.resize(found);
  values_.resize(found);
}

void VerilatedModel::show(const hw::OperandEdge& west, const hw::OperandEdge& north, const hw::DrainEdge& drain) {
  functions_.show(model_, west.value, west.valid, west.control, north.value, north.valid,
                  drains_ ? drain.drain : north.control);
}

void VerilatedModel::evaluate(bool clock, bool reset) {
  functions_.evaluate(model_, clock ? 1 : 0, reset ? 1 : 0);
}

void VerilatedModel::read_south(hw::SumEdge& south) const {
  functions_.south(model_, south.value);
}

template <typename T>
void VerilatedModel::copy_cells_to(const std::vector<Cell>& cells, std::byte* arena) {
  for (const Cell& cell : cells) {
    std::memcpy(arena + cell.place, cell.storage, sizeof(T));
  }
}

template <typename T>
void VerilatedModel::copy_cells_from(const std::vector<Cell>& cells, const std::byte* arena) {
  for (const Cell& cell : cells) {
    std::memcpy(cell.storage, arena + cell.place, sizeof(T));
  }
}

void VerilatedModel::copy_to(hw::StateTable& table) const {
  copy_cells_to<uint8_t>(cells_of_1_, table.arena());
  copy_cells_to<uint16_t>(cells_of_2_, table.arena());
  copy_cells_to<uint32_t>(cells_of_4_, table.arena());
  copy_cells_to<uint64_t>(cells_of_8_, table.arena());
}

void VerilatedModel::copy_from(const hw::StateTable& table) {
  copy_cells_from<uint8_t>(cells_of_1_, table.arena());
  copy_cells_from<uint16_t>(cells_of_2_, table.arena());
  copy_cells_from<uint32_t>(cells_of_4_, table.arena());
  copy_cells_from<uint64_t>(cells_of_8_, table.arena());
}

uint64_t VerilatedModel::peek(size_t signal, size_t element) const {
  return load_bytes(signals_[signal].storage[element], signals_[signal].bytes) & signals_[signal].mask;
}

void VerilatedModel::poke(size_t signal, size_t element, uint64_t value) {
  value &= signals_[signal].mask;
  std::memcpy(signals_[signal].storage[element], &value, static_cast<size_t>(signals_[signal].bytes));
}

void VerilatedModel::force(size_t signal, size_t element, uint64_t mask, uint64_t value) {
  const size_t wire = signals_[signal].first_force + element;
  const auto bytes = static_cast<size_t>(signals_[signal].bytes);
  std::memcpy(enables_[wire], &mask, bytes);
  std::memcpy(values_[wire], &value, bytes);
}

}  // namespace faultline::rtl
