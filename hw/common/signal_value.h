#pragma once

#include <ostream>
#include <string>
#include <type_traits>

namespace sc_core {
class sc_trace_file;
}

namespace faultline::hw {

// SystemC asks the type of a signal for these two. They are found by argument-dependent lookup for every structure of
// this namespace. Waveforms are written from the state table, where every register has a name, so both say nothing.

template <typename T>
std::enable_if_t<std::is_class_v<T>> sc_trace(sc_core::sc_trace_file*, const T&, const std::string&) {}

template <typename T>
std::enable_if_t<std::is_class_v<T> && std::is_copy_constructible_v<T>, std::ostream&> operator<<(std::ostream& out,
                                                                                                  const T&) {
  return out << "(structure)";
}

}  // namespace faultline::hw
