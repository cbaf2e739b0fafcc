#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "sim/model/dataset.h"

namespace faultline::model {

/// One kind of data set. A file of this folder defines it and registers it with a file-scope object:
///
///   const DatasetSourceRegistration kRegistration{{"mnist", "mnist:DIR", load}};
///
/// `load` gets what stands after the colon and fills shape, classes, pixels and labels; load_dataset() does the rest.
/// It must deliver `limit` images (0: all), or all that it has where these are fewer.
struct DatasetSource {
  std::string prefix;  ///< what stands before the colon; unique
  std::string form;    ///< how the user writes it, for messages
  std::function<Dataset(const std::string& argument, Split split, size_t limit)> load;
};

/// All registered kinds of data set.
std::vector<DatasetSource>& dataset_sources();

/// How the user writes each kind, in alphabetical order: "builtin:digits, cifar10:DIR, mnist:DIR".
std::string dataset_forms();

struct DatasetSourceRegistration {
  explicit DatasetSourceRegistration(DatasetSource source) { dataset_sources().push_back(std::move(source)); }
};

}  // namespace faultline::model
