#pragma once

#include <string>
#include <vector>

#include "sim/model/dataset.h"
#include "sim/model/network.h"
#include "sim/model/npy.h"

namespace faultline::model {

/// Throws UserError when images of `dataset` do not fit the network's input: shapes must be equal once extents of 1 are
/// dropped, or the network takes one vector of as many elements.
void check_dataset_fits(const Network& network, const Dataset& dataset);

/// The network's input for one image of `element_count(input shape)` bytes: pixel / 255 for a float input, pixel - 128
/// for an 8-bit one (an uint8 input is stored so; a signed one is taken to be the image moved by 128).
Values network_input(const Network& network, const uint8_t* image);

/// network_input() of every image of a data set that fits.
std::vector<Values> network_inputs(const Network& network, const Dataset& dataset);

/// The samples of an array whose first extent is the batch and whose others are the network's input shape (or whose
/// extents are that shape, for one sample), in the graph's declared element type. Throws UserError naming `file` when
/// shape or element type differ.
std::vector<Values> network_inputs(const Network& network, const NpyArray& array, const std::string& file);

/// The values of the graph's first output, one entry per sample, as the graph declares it: float32, int32, int8 or
/// uint8. The first extent of the result is the batch.
NpyArray network_outputs(const Network& network, const std::vector<Values>& samples);

}  // namespace faultline::model
