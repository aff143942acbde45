// SPDX-License-Identifier: Apache-2.0
#include "weir/data/internal/hierarchy_reader.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "weir/data/internal/value_text.h"

namespace weir::data::internal {
namespace {

// Reads one level above the names of the level before it.
class LevelReader {
 public:
  LevelReader(const doc::Locations& locations, std::string path, v1::ColumnType member_type,
              const std::vector<std::string>& names)
      : locations_(locations), path_(std::move(path)), member_type_(member_type), names_(names) {
    for (uint32_t code = 0; code < names.size(); ++code) codes_.emplace(names[code], code);
    group_of_.resize(names.size());
  }

  StatusOr<HierarchyLevel> Read(const v1::Level& message) && {
    if (message.groups().empty()) {
      return At("groups", InvalidArgument("level %s has no groups", message.level().c_str()));
    }
    HierarchyLevel level{.name = message.level()};
    std::map<std::string, const v1::Group*> groups;  // in one order, so that faults have one too
    for (const auto& [name, group] : message.groups()) groups.emplace(name, &group);
    for (const auto& [name, group] : groups) {
      WEIR_ASSIGN_OR_RETURN(HierarchyGroup read, ReadGroup(name, *group));
      level.groups.push_back(std::move(read));
    }
    for (uint32_t code = 0; code < names_.size(); ++code) {
      if (group_of_[code].has_value()) continue;
      return At("groups", InvalidArgument("level %s: \"%s\" is in no group", level.name.c_str(),
                                          names_[code].c_str()));
    }
    std::sort(level.groups.begin(), level.groups.end(),
              [](const auto& a, const auto& b) { return a.members.front() < b.members.front(); });
    return level;
  }

 private:
  Status At(const std::string& field, const Status& status) const {
    return locations_.At(path_ + "." + field, status);
  }

  StatusOr<HierarchyGroup> ReadGroup(const std::string& name, const v1::Group& message) {
    const std::string field = "groups." + name;
    WEIR_RETURN_IF_ERROR(At(field, CanonicalText(v1::COLUMN_TYPE_TEXT, name).status()));
    if (message.members().empty()) {
      return At(field, InvalidArgument("group \"%s\" has no members", name.c_str()));
    }
    HierarchyGroup group{.name = name};
    for (int i = 0; i < message.members_size(); ++i) {
      const auto code = ReadMember(name, message.members(i));
      WEIR_RETURN_IF_ERROR(At(field + ".members[" + std::to_string(i) + "]", code.status()));
      group.members.push_back(*code);
    }
    std::sort(group.members.begin(), group.members.end());
    return group;
  }

  StatusOr<uint32_t> ReadMember(const std::string& group, const std::string& member) {
    WEIR_ASSIGN_OR_RETURN(const std::string text, CanonicalText(member_type_, member));
    const auto found = codes_.find(text);
    if (found == codes_.end()) {
      return InvalidArgument("group \"%s\": there is no \"%s\" in the level before", group.c_str(),
                             text.c_str());
    }
    std::optional<std::string>& owner = group_of_[found->second];
    if (owner.has_value()) {
      return InvalidArgument("\"%s\" is in group \"%s\" and in group \"%s\"", text.c_str(),
                             owner->c_str(), group.c_str());
    }
    owner = group;
    return found->second;
  }

  const doc::Locations& locations_;
  std::string path_;
  v1::ColumnType member_type_;
  const std::vector<std::string>& names_;
  std::map<std::string, uint32_t> codes_;
  std::vector<std::optional<std::string>> group_of_;
};

}  // namespace

StatusOr<std::vector<HierarchyLevel>> ReadHierarchy(const doc::Locations& locations,
                                                    const std::string& path,
                                                    const ColumnDescription& column,
                                                    const v1::Column& message) {
  if (message.hierarchy_size() > 0 && column.domain.empty()) {
    return locations.At(
        path + ".hierarchy",
        InvalidArgument("column %s has a hierarchy, but no domain to group", column.name.c_str()));
  }
  std::vector<HierarchyLevel> levels;
  std::set<std::string> seen;
  std::vector<std::string> names = column.domain;
  v1::ColumnType type = column.type;
  for (int i = 0; i < message.hierarchy_size(); ++i) {
    const v1::Level& level = message.hierarchy(i);
    const std::string place = path + ".hierarchy[" + std::to_string(i) + "]";
    if (level.level().empty() || !seen.insert(level.level()).second) {
      return locations.At(
          place + ".level",
          InvalidArgument("each level has a name of its own, got \"%s\"", level.level().c_str()));
    }
    WEIR_ASSIGN_OR_RETURN(HierarchyLevel read,
                          LevelReader(locations, place, type, names).Read(level));
    names.clear();
    for (const HierarchyGroup& group : read.groups) names.push_back(group.name);
    type = v1::COLUMN_TYPE_TEXT;
    levels.push_back(std::move(read));
  }
  return levels;
}

}  // namespace weir::data::internal
