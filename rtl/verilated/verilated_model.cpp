#include "rtl/verilated/verilated_model.h"

#include <cstring>
#include <string>

#include <dlfcn.h>

#include "rtl/generator/rtl_error.h"

namespace faultline::rtl {
namespace {

constexpr const char* kRemedy = "remove it, so that it is built again";

uint64_t load_bytes(const void* storage, size_t bytes) {
  uint64_t value = 0;
  std::memcpy(&value, storage, bytes);
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

size_t storage_bytes(int bits) {
  constexpr int kWord = 32;
  if (bits > 2 * kWord) {
    return static_cast<size_t>((bits + kWord - 1) / kWord) * sizeof(uint32_t);
  }
  return bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= kWord ? 4 : 8;
}

VerilatedModel::VerilatedModel(const std::filesystem::path& library, const Design& design, const hw::StateTable& table,
                               size_t first_field) {
  load(library);
  model_ = functions_.create();
  // The first evaluation runs initial blocks, which clear the memories: before anything is deposited.
  evaluate(false);
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
  resolve(library_, "pin", functions_.pin);
  resolve(library_, "evaluate", functions_.evaluate);
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
    // The words of a memory follow one another, so that one look-up finds them all.
    const bool memory = field.kind == hw::StateKind::kMemory && field.dimensions.size() == 1;
    for (size_t element = 0; element < field.element_count(); ++element) {
      void* const storage = memory && element > 0
                                ? static_cast<std::byte*>(signal.storage.front()) + element * signal.bytes
                                : find(design, mapped, element);
      if (storage == nullptr && wire) {
        break;
      }
      if (storage == nullptr) {
        throw RtlError("the RTL has no signal " + element_path(mapped, element), "name it as the state map does");
      }
      signal.storage.push_back(storage);
    }
    if (memory) {
      runs_.push_back(
          {static_cast<std::byte*>(signal.storage.front()), field.offset, field.element_count() * signal.bytes});
    } else if (!wire) {
      add_cells(signal.storage, field, signal.bytes);
    }
    signals_.push_back(std::move(signal));
  }
}

void VerilatedModel::add_cells(const std::vector<void*>& storage, const hw::StateField& field, size_t bytes) {
  auto& cells = bytes == 1 ? cells_of_1_ : bytes == 2 ? cells_of_2_ : bytes == 4 ? cells_of_4_ : cells_of_8_;
  for (size_t element = 0; element < storage.size(); ++element) {
    cells.push_back({storage[element], field.byte_of(element)});
  }
}

void* VerilatedModel::find(const Design& design, const MappedSignal& signal, size_t element) const {
  const std::string path = element_path(signal, element);
  const size_t dot = path.rfind('.');
  const size_t index = path.find('[', dot);
  const std::string scope = "TOP." + design.top + "." + path.substr(0, dot);
  void* const storage = functions_.signal(model_, scope.c_str(), path.substr(dot + 1, index - dot - 1).c_str());
  if (storage == nullptr || index == std::string::npos) {
    return storage;
  }
  return static_cast<std::byte*>(storage) + std::stoull(path.substr(index + 1)) * storage_bytes(signal.field.bits);
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

void* VerilatedModel::pin(const Pin& pin) const {
  void* const storage = functions_.pin(model_, pin.name.c_str());
  if (storage == nullptr) {
    throw RtlError("a built model lacks the port " + pin.name, kRemedy);
  }
  return storage;
}

void VerilatedModel::evaluate(bool clock, bool reset) {
  functions_.evaluate(model_, clock ? 1 : 0, reset ? 1 : 0);
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
  for (const Run& run : runs_) {
    std::memcpy(table.arena() + run.place, run.storage, run.bytes);
  }
}

void VerilatedModel::copy_from(const hw::StateTable& table) {
  copy_cells_from<uint8_t>(cells_of_1_, table.arena());
  copy_cells_from<uint16_t>(cells_of_2_, table.arena());
  copy_cells_from<uint32_t>(cells_of_4_, table.arena());
  copy_cells_from<uint64_t>(cells_of_8_, table.arena());
  for (const Run& run : runs_) {
    std::memcpy(run.storage, table.arena() + run.place, run.bytes);
  }
}

uint64_t VerilatedModel::peek(size_t signal, size_t element) const {
  return load_bytes(signals_[signal].storage[element], signals_[signal].bytes) & signals_[signal].mask;
}

void VerilatedModel::poke(size_t signal, size_t element, uint64_t value) {
  value &= signals_[signal].mask;
  std::memcpy(signals_[signal].storage[element], &value, signals_[signal].bytes);
}

void VerilatedModel::force(size_t signal, size_t element, uint64_t mask, uint64_t value) {
  const size_t wire = signals_[signal].first_force + element;
  const auto bytes = signals_[signal].bytes;
  std::memcpy(enables_[wire], &mask, bytes);
  std::memcpy(values_[wire], &value, bytes);
}

}  // namespace faultline::rtl
