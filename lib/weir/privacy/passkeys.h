// SPDX-License-Identifier: Apache-2.0
#ifndef WEIR_PRIVACY_PASSKEYS_H_
#define WEIR_PRIVACY_PASSKEYS_H_

namespace weir {

namespace anon {
class Anonymizer;
class MicrodataReader;
class MicrodataWriter;
class RecordCollapser;
class RiskAnalysis;
class Transformer;
class TripReader;
}  // namespace anon
namespace data {
class SourceEngine;
}
namespace ledger {
class Ledger;
}
namespace release {
class NoiseStep;
}

// The audit list: every class that may make or open private values stands here by name. Passkeys
// are final with private constructors, so no subclass can widen the door.

// Makes Private<T> from what an engine has read, bounded and added up.
class EngineKey final {
  friend class data::SourceEngine;
  EngineKey() {}
};

// Opens Private<T> to add noise, and makes Released<T> of the result.
class ReleaseKey final {
  friend class release::NoiseStep;
  ReleaseKey() {}
};

// Makes anon::Microdata of what a file holds, and looks into it: to make hierarchies of the values
// that occur, to collapse, to transform, to measure risk for the owner, to write what came of it.
class AnonKey final {
  friend class anon::Anonymizer;
  friend class anon::MicrodataReader;
  friend class anon::MicrodataWriter;
  friend class anon::RecordCollapser;
  friend class anon::RiskAnalysis;
  friend class anon::Transformer;
  friend class anon::TripReader;
  AnonKey() {}
};

// Makes Charge, the receipt of a durable debit.
class LedgerKey final {
  friend class ledger::Ledger;
  LedgerKey() {}
};

}  // namespace weir

#endif  // WEIR_PRIVACY_PASSKEYS_H_
