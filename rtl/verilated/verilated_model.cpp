#include "rtl/verilated/verilated_model.h"

#include <algorithm>
#include <cstring>
#include <string>

#include <dlfcn.h>

#include "rtl/generator/rtl_error.h"

namespace faultline::rtl {
namespace {

constexpr const char* kRemedy = "remove it, so that it is built again";

/// The table holds a signed value with its sign in all bits above; Verilator keeps zeros there.
bool extends_sign(const hw::StateField& field) {
  return field.is_signed && field.bits != 8 * field.element_bytes;
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
                               size_t first_field)
    : reset_cycles_(design.reset.cycles), first_field_(first_field) {
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
    Signal signal{field.bits, {}, forces};
    forces += mapped.is_wire() && !mapped.path.empty() ? field.element_count() : 0;
    const size_t bytes = storage_bytes(field.bits);
    // The words of a memory follow one another, so that one look-up finds them all.
    const bool memory = field.kind == hw::StateKind::kMemory && field.dimensions.size() == 1 && mapped.banks == 0 &&
                        !extends_sign(field);
    for (size_t element = 0; !mapped.path.empty() && element < field.element_count(); ++element) {
      void* const storage =
          memory && element > 0 ? signal.places.front().byte + element * bytes : find(design, mapped, element);
      if (storage == nullptr && mapped.is_wire()) {
        break;
      }
      if (storage == nullptr) {
        throw RtlError("the RTL has no signal " + element_path(mapped, element), "name it as the state map does");
      }
      signal.places.push_back(place_of(storage, mapped, element));
    }
    if (memory) {
      runs_.push_back({signal.places.front().byte, field.offset, field.element_count(), bytes,
                       static_cast<size_t>(field.element_bytes)});
    } else if (!mapped.is_wire()) {
      add_stored(index, mapped.packed, signal.places, field);
    }
    signals_.push_back(std::move(signal));
  }
}

void VerilatedModel::add_stored(size_t signal, bool packed, const std::vector<Place>& places,
                                const hw::StateField& field) {
  const size_t bytes = storage_bytes(field.bits);
  auto& cells = bytes == 1 ? cells_of_1_ : bytes == 2 ? cells_of_2_ : bytes == 4 ? cells_of_4_ : cells_of_8_;
  for (size_t element = 0; element < places.size(); ++element) {
    if (packed || extends_sign(field)) {
      converted_.push_back({signal, element});
    } else {
      cells.push_back({places[element].byte, field.byte_of(element)});
    }
  }
}

VerilatedModel::Place VerilatedModel::place_of(void* storage, const MappedSignal& signal, size_t element) {
  // Verilator keeps a vector's bits from the lowest on in little-endian words.
  const size_t bit = signal.packed ? element * static_cast<size_t>(signal.field.bits) : 0;
  return {static_cast<std::byte*>(storage) + bit / 8, static_cast<unsigned>(bit % 8)};
}

uint64_t VerilatedModel::load_bits(Place place, int bits) {
  uint64_t value = 0;
  for (int done = 0; done < bits;) {
    const int here = std::min<int>(8 - static_cast<int>(place.bit), bits - done);
    const uint64_t part = (std::to_integer<uint64_t>(*place.byte) >> place.bit) & ((1U << here) - 1);
    value |= part << done;
    done += here;
    place = {place.byte + 1, 0};
  }
  return value;
}

void VerilatedModel::store_bits(Place place, int bits, uint64_t value) {
  for (int done = 0; done < bits;) {
    const int here = std::min<int>(8 - static_cast<int>(place.bit), bits - done);
    const unsigned mask = ((1U << here) - 1) << place.bit;
    const unsigned part = (static_cast<unsigned>(value >> done) << place.bit) & mask;
    *place.byte = static_cast<std::byte>((std::to_integer<unsigned>(*place.byte) & ~mask) | part);
    done += here;
    place = {place.byte + 1, 0};
  }
}

void* VerilatedModel::find(const Design& design, const MappedSignal& signal, size_t element) const {
  const std::string path = "TOP." + design.top + "." + element_path(signal, element);
  const size_t dot = path.rfind('.');
  const std::string scope = path.substr(0, dot);
  if (signal.field.kind != hw::StateKind::kMemory) {
    return functions_.signal(model_, scope.c_str(), path.substr(dot + 1).c_str());
  }
  const size_t index = path.find('[', dot);
  void* const storage = functions_.signal(model_, scope.c_str(), path.substr(dot + 1, index - dot - 1).c_str());
  if (storage == nullptr || index == std::string::npos) {
    return storage;
  }
  return static_cast<std::byte*>(storage) + std::stoull(path.substr(index + 1)) * storage_bytes(signal.field.bits);
}

void VerilatedModel::find_forces(const Design& design) {
  std::vector<hw::Site> wires;
  for (size_t index = 0; index < design.signals.size(); ++index) {
    const MappedSignal& signal = design.signals[index];
    for (size_t e = 0; signal.is_wire() && !signal.path.empty() && e < signal.field.element_count(); ++e) {
      wires.push_back({index, e});
    }
  }
  std::vector<void*> enables(wires.size());
  std::vector<void*> values(wires.size());
  const uint64_t found = functions_.forces(model_, enables.data(), values.data());
  for (size_t i = 0; i < found; ++i) {
    const MappedSignal& signal = design.signals[wires[i].field];
    enables_.push_back(place_of(enables[i], signal, wires[i].element));
    values_.push_back(place_of(values[i], signal, wires[i].element));
  }
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

void VerilatedModel::reset() {
  for (int cycle = 0; cycle < reset_cycles_; ++cycle) {
    evaluate(false, true);
    evaluate(true, true);
  }
  evaluate(true);
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

/// Words are little-endian and unsigned unless they are equally wide: what the wider ones have more of is 0.
void VerilatedModel::copy_words(const std::byte* from, size_t from_bytes, std::byte* to, size_t to_bytes,
                                size_t words) {
  if (from_bytes == to_bytes) {
    std::memcpy(to, from, words * to_bytes);
    return;
  }
  const size_t bytes = std::min(from_bytes, to_bytes);
  for (size_t word = 0; word < words; ++word) {
    std::memcpy(to + word * to_bytes, from + word * from_bytes, bytes);
  }
}

void VerilatedModel::copy_to(hw::StateTable& table) const {
  copy_cells_to<uint8_t>(cells_of_1_, table.arena());
  copy_cells_to<uint16_t>(cells_of_2_, table.arena());
  copy_cells_to<uint32_t>(cells_of_4_, table.arena());
  copy_cells_to<uint64_t>(cells_of_8_, table.arena());
  for (const hw::Site site : converted_) {
    table.poke({first_field_ + site.field, site.element}, peek(site.field, site.element));
  }
  for (const Run& run : runs_) {
    copy_words(run.storage, run.storage_bytes, table.arena() + run.place, run.table_bytes, run.words);
  }
}

void VerilatedModel::copy_from(const hw::StateTable& table) {
  copy_cells_from<uint8_t>(cells_of_1_, table.arena());
  copy_cells_from<uint16_t>(cells_of_2_, table.arena());
  copy_cells_from<uint32_t>(cells_of_4_, table.arena());
  copy_cells_from<uint64_t>(cells_of_8_, table.arena());
  for (const hw::Site site : converted_) {
    poke(site.field, site.element, table.peek({first_field_ + site.field, site.element}));
  }
  for (const Run& run : runs_) {
    copy_words(table.arena() + run.place, run.table_bytes, run.storage, run.storage_bytes, run.words);
  }
}

uint64_t VerilatedModel::peek(size_t signal, size_t element) const {
  return load_bits(signals_[signal].places[element], signals_[signal].bits);
}

void VerilatedModel::poke(size_t signal, size_t element, uint64_t value) {
  store_bits(signals_[signal].places[element], signals_[signal].bits, value);
}

void VerilatedModel::force(size_t signal, size_t element, uint64_t mask, uint64_t value) {
  const size_t wire = signals_[signal].first_force + element;
  store_bits(enables_[wire], signals_[signal].bits, mask);
  store_bits(values_[wire], signals_[signal].bits, value);
}

}  // namespace faultline::rtl
