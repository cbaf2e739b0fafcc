# faultline_layer(TARGET name FOLDER path DEPENDS targets... [PRIVATE targets...])
#
# One target per folder. Its public headers are reachable only through a link in the build tree that holds this folder
# alone, so that including a header of a layer that is not a dependency does not compile: the targets are the
# dependency law. OBJECT libraries, so that self-registering files survive linking.
add_library(faultline_options INTERFACE)
target_compile_options(faultline_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                                                   -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
                       # A fused multiply-add rounds once instead of twice: results would depend on the processor.
                       -ffp-contract=off)
if(FAULTLINE_WERROR)
  target_compile_options(faultline_options INTERFACE -Werror)
endif()
if(FAULTLINE_SANITIZE)
  target_compile_options(faultline_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
                         # GCC takes instrumented code of the standard library for reading before writing; the release build
                         # keeps the warning.
                         -Wno-maybe-uninitialized)
  target_link_options(faultline_options INTERFACE -fsanitize=address,undefined)
endif()

# Lets ccache see which precompiled headers a target's sources use.
add_library(faultline_precompiled INTERFACE)
target_compile_options(faultline_precompiled INTERFACE -fpch-preprocess)

# faultline_precompile(TARGET HEADERS headers... LIBRARIES targets...): compiles headers once for all targets that
# REUSE_FROM it and link these libraries.
function(faultline_precompile target)
  cmake_parse_arguments(ARG "" "" "HEADERS;LIBRARIES" ${ARGN})
  add_library(${target} OBJECT "${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp")
  target_link_libraries(${target} PRIVATE faultline_options faultline_precompiled ${ARG_LIBRARIES})
  target_precompile_headers(${target} PRIVATE ${ARG_HEADERS})
endfunction()

faultline_precompile(precompiled_text HEADERS <fmt/format.h> <nlohmann/json.hpp>
                                      LIBRARIES fmt::fmt nlohmann_json::nlohmann_json)

function(faultline_layer)
  cmake_parse_arguments(ARG "" "TARGET;FOLDER" "DEPENDS;PRIVATE" ${ARGN})
  set(source_dir "${PROJECT_SOURCE_DIR}/${ARG_FOLDER}")
  set(include_dir "${PROJECT_BINARY_DIR}/include/${ARG_TARGET}")
  get_filename_component(parent "${include_dir}/${ARG_FOLDER}" DIRECTORY)
  file(MAKE_DIRECTORY "${parent}")
  file(CREATE_LINK "${source_dir}" "${include_dir}/${ARG_FOLDER}" SYMBOLIC)

  file(GLOB sources CONFIGURE_DEPENDS "${source_dir}/*.cpp")
  if(sources)
    add_library(${ARG_TARGET} OBJECT ${sources})
    target_include_directories(${ARG_TARGET} PUBLIC "${include_dir}")
    target_link_libraries(${ARG_TARGET} PUBLIC ${ARG_DEPENDS} PRIVATE faultline_options ${ARG_PRIVATE})
    set_property(GLOBAL APPEND PROPERTY FAULTLINE_OBJECT_LAYERS ${ARG_TARGET})
    if(fmt::fmt IN_LIST ARG_PRIVATE AND nlohmann_json::nlohmann_json IN_LIST ARG_PRIVATE)
      target_link_libraries(${ARG_TARGET} PRIVATE faultline_precompiled)
      target_precompile_headers(${ARG_TARGET} REUSE_FROM precompiled_text)
    endif()
  else()
    add_library(${ARG_TARGET} INTERFACE)
    target_include_directories(${ARG_TARGET} INTERFACE "${include_dir}")
    target_link_libraries(${ARG_TARGET} INTERFACE ${ARG_DEPENDS})
  endif()
endfunction()

# faultline_objects(target layer...): links the objects of the layers and of everything below them into an executable.
function(faultline_objects target)
  get_property(layers GLOBAL PROPERTY FAULTLINE_OBJECT_LAYERS)
  foreach(layer IN LISTS layers)
    target_link_libraries(${target} PRIVATE ${layer})
  endforeach()
endfunction()
