// SPDX-License-Identifier: Apache-2.0
#include "weir/doc/internal/yaml_tree.h"

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "weir/doc/internal/utf8.h"
#include "weir/doc/yaml_reader.h"

namespace weir::doc::internal {
namespace {

using Kind = YamlNode::Kind;

// The offset behind the closing quote of the text that opens at `offset`; none if it never closes.
std::optional<size_t> EndOfQuoted(std::string_view source, size_t offset) {
  const char quote = source[offset];
  for (size_t i = offset + 1; i < source.size(); ++i) {
    if (quote == '"' && source[i] == '\\') {
      ++i;
    } else if (source[i] == quote) {
      const bool doubled = quote == '\'' && source.substr(i + 1).starts_with('\'');
      if (!doubled) return i + 1;
      ++i;
    }
  }
  return std::nullopt;
}

bool OpensQuoted(std::string_view rest) { return rest.starts_with('"') || rest.starts_with('\''); }
bool OpensBlock(std::string_view rest) { return rest.starts_with('|') || rest.starts_with('>'); }

bool FollowsQuestionMark(std::string_view source, size_t offset) {
  while (offset > 0 && source[offset - 1] == ' ') --offset;
  if (offset == 0 || source[offset - 1] != '?') return false;
  return offset == 1 ||
         std::string_view(" \n{[,").find(source[offset - 2]) != std::string_view::npos;
}

// Builds the tree from the parser's events. The first fault is kept and ends the building; events
// after it are ignored.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const SourceText& source) : source_(source) {}

  const Status& status() const { return status_; }
  bool has_document() const { return documents_ > 0; }
  YamlNode TakeRoot() { return std::move(root_); }
  void Fail(size_t offset, std::string_view what) {
    if (status_.ok()) status_ = source_.Error(offset, what);
  }
  size_t OffsetOf(const YAML::Mark& mark) const {
    return source_.yaml_begin() + static_cast<size_t>(std::max(mark.pos, 0));
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 2) {
      Fail(OffsetOf(mark), "a second document starts here; a file holds one document");
    }
  }
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    Fail(OffsetOf(mark), "anchors are not allowed; write the value out");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Fail(OffsetOf(mark), "aliases are not allowed; write the value out, or quote text with '*'");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (!status_.ok()) return;
    const size_t offset = OffsetOf(mark);
    if (ExpectsKey()) {
      Fail(offset, "a key is missing here, or is the bare word null; quote it if it is meant");
      return;
    }
    AddValue({.kind = Kind::kNull, .offset = OffsetOfNull(offset)});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Open(Kind::kSequence, OffsetOf(mark), tag);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Open(Kind::kMapping, OffsetOf(mark), tag);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Level {
    YamlNode node;
    std::set<std::string> keys;
    bool has_key = false;  // the next value belongs to `key`
    std::string key;
    size_t key_offset = 0;
  };

  bool ExpectsKey() const {
    return !levels_.empty() && levels_.back().node.kind == Kind::kMapping &&
           !levels_.back().has_key;
  }
  // A value that is not there has the place of its key, not of what comes next.
  size_t OffsetOfNull(size_t offset) const {
    const char first = offset < source_.text().size() ? source_.text()[offset] : '\n';
    const bool written = first == '~' || first == 'n' || first == 'N';
    const bool in_mapping = !levels_.empty() && levels_.back().has_key;
    return in_mapping && !written ? levels_.back().key_offset : offset;
  }
  bool CountNode(size_t offset) {
    if (++nodes_ > kMaxDocumentNodes) {
      Fail(offset, "the document has more than " + std::to_string(kMaxDocumentNodes) + " values");
    }
    return status_.ok();
  }
  void Open(Kind kind, size_t offset, const std::string& tag);
  void Close();
  void SetKey(size_t offset, const std::string& key);
  void AddValue(YamlNode value);

  const SourceText& source_;
  Status status_;
  int documents_ = 0;
  size_t nodes_ = 0;
  std::vector<Level> levels_;
  YamlNode root_;
};

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                           const std::string& value) {
  if (!status_.ok()) return;
  const size_t offset = OffsetOf(mark);
  const std::string_view rest = std::string_view(source_.text()).substr(offset);
  const bool plain = tag == "?";
  if (!plain && (tag != "!" || (!OpensQuoted(rest) && !OpensBlock(rest)))) {
    return Fail(offset, "tags are not allowed; the key decides the type of its value");
  }
  if (plain && !rest.starts_with(value)) {
    return Fail(offset,
                "text without quotes must end on its line; check the indentation of the "
                "next line, or quote the text");
  }
  // yaml-cpp takes the end of the file for a closing quote.
  if (!plain && OpensQuoted(rest) && !EndOfQuoted(source_.text(), offset)) {
    return Fail(offset, "the quote that opens here is not closed");
  }
  if (!IsText(value)) {
    return Fail(offset, "an escape makes a character that documents may not have");
  }
  if (ExpectsKey()) return SetKey(offset, value);
  AddValue({.kind = plain ? Kind::kPlain : Kind::kQuoted, .offset = offset, .text = value});
}

void TreeBuilder::SetKey(size_t offset, const std::string& key) {
  if (!CountNode(offset)) return;
  const std::string_view source = source_.text();
  if (FollowsQuestionMark(source, offset)) {
    return Fail(offset, "keys with '?' are not allowed; write key: value");
  }
  const bool quoted = OpensQuoted(source.substr(offset));
  const size_t end = quoted ? *EndOfQuoted(source, offset) : offset + key.size();
  const size_t colon = source.find_first_not_of(' ', end);
  if (colon == source.npos || source[colon] != ':') {
    return Fail(offset, "the key " + Quoted(key) + " has no value; write key: value");
  }
  if (key == "<<" && !quoted) {
    return Fail(offset, "merge keys are not allowed; write the values out");
  }
  Level& level = levels_.back();
  if (!level.keys.insert(key).second) {
    return Fail(offset, "the key " + Quoted(key) + " stands here a second time; keep one");
  }
  level.has_key = true;
  level.key = key;
  level.key_offset = offset;
}

void TreeBuilder::Open(Kind kind, size_t offset, const std::string& tag) {
  if (!status_.ok()) return;
  if (tag != "?" && !tag.empty()) {
    return Fail(offset, "tags are not allowed; the key decides the type of its value");
  }
  if (ExpectsKey()) return Fail(offset, "a key must be a single word or text");
  if (levels_.size() == static_cast<size_t>(kMaxDocumentDepth)) {
    return Fail(offset, "mappings and lists stand more than " + std::to_string(kMaxDocumentDepth) +
                            " levels deep");
  }
  levels_.push_back({.node = {.kind = kind, .offset = offset}});
}

void TreeBuilder::Close() {
  if (!status_.ok()) return;
  YamlNode node = std::move(levels_.back().node);
  levels_.pop_back();
  AddValue(std::move(node));
}

void TreeBuilder::AddValue(YamlNode value) {
  if (!CountNode(value.offset)) return;
  if (levels_.empty()) {
    root_ = std::move(value);
    return;
  }
  Level& level = levels_.back();
  if (level.node.kind == Kind::kMapping) {
    value.key = std::exchange(level.key, {});
    value.key_offset = level.key_offset;
    level.has_key = false;
  }
  level.node.children.push_back(std::move(value));
}

std::string ExplainSyntax(const std::string& problem) {
  if (problem == "the referenced anchor is not defined") {
    return "aliases are not allowed; write the value out, or quote text with '*'";
  }
  if (problem == "illegal map value") {
    return "a ':' stands where no value can follow; quote text that has ': ' in it";
  }
  if (problem == "unknown token") {
    return "a value must not start with this character; put the text in quotes";
  }
  if (problem == "illegal EOF in scalar") return "the quote that opens before is not closed";
  if (problem == "illegal block entry") return "a '-' stands where no list can start";
  if (problem == "end of sequence flow not found") return "a '[' is not closed";
  if (problem == "end of map flow not found") return "a '{' is not closed";
  if (problem == "end of map not found" || problem == "end of sequence not found") {
    return "this does not continue what stands before; check the indentation";
  }
  return "not valid YAML (" + problem + "); check indentation and quotes";
}

}  // namespace

StatusOr<YamlNode> ReadYamlTree(const SourceText& source) {
  std::istringstream stream(source.text().substr(source.yaml_begin()));
  TreeBuilder builder(source);
  // yaml-cpp throws; nothing of it passes this function.
  try {
    YAML::Parser parser(stream);
    while (builder.status().ok() && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& exception) {
    builder.Fail(builder.OffsetOf(exception.mark), ExplainSyntax(exception.msg));
  }
  WEIR_RETURN_IF_ERROR(builder.status());
  if (!builder.has_document()) {
    return source.Error(source.yaml_begin(), "the document is empty");
  }
  return builder.TakeRoot();
}

}  // namespace weir::doc::internal
