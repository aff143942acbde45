// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_ANON_REPORT_MODEL_NOTES_H_
#define WEIR_ANON_REPORT_MODEL_NOTES_H_

#include <string>

#include "weir/v1/recipe.pb.h"

namespace weir::anon {

// What a model promises and what it leaves open, for readers without statistics.
struct ModelNote {
  std::string promise;
  std::string not_protected;
};

// `model` as Recipe::models() gives it: default values are filled in.
ModelNote NoteOn(const v1::PrivacyModel& model);

}  // namespace weir::anon

#endif  // WEIR_ANON_REPORT_MODEL_NOTES_H_
