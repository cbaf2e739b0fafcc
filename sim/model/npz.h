#pragma once

#include <map>
#include <string>

#include "sim/model/npy.h"

namespace faultline::model {

/// Arrays by name: a NumPy .npz file.
using NpzArrays = std::map<std::string, NpyArray>;

/// Reads a zip archive of NAME.npy members, compressed or not. Throws UserError for anything else and for members that
/// read_npy() would refuse.
NpzArrays read_npz(const std::string& path);

/// Writes `path` whole or not at all. Equal arrays give equal bytes. Throws UserError.
void write_npz(const std::string& path, const NpzArrays& arrays);

}  // namespace faultline::model
