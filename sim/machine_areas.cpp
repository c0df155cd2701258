#include "sim/machine_areas.h"

#include <algorithm>

#include "models/pe/listed_units.h"
#include "sim/report/table.h"

namespace eyeshift {
namespace {

const char* place_name(AreaPart::Place place) {
  switch (place) {
    case AreaPart::Place::pe:
      return "pe";
    case AreaPart::Place::column_top:
      return "column_top";
    case AreaPart::Place::glb:
      return "glb";
    case AreaPart::Place::noc:
      return "noc";
  }
  return "unknown";
}

bool is_alone(const AreaPart& part) {
  return part.components.size() == 1 && part.components.front().name == part.name;
}

std::vector<std::string> not_counted_of(const MachineAreas& areas) {
  std::vector<std::string> names;
  for (const AreaPart& part : areas.parts)
    for (const AreaComponent& component : part.components)
      if (component.area_um2 <= 0)
        names.push_back(is_alone(part) ? part.name : component.name + " of " + part.name);
  if (!areas.area.noc_counted) names.push_back("noc");
  return names;
}

// A line of the areas of one table. Nothing where the table has no area.
struct AreaLine {
  const MachineAreas& areas;
  std::string kind;  // part, component (of the part before) or sum
  std::string place;
  std::string name;
  Cell count;
  Cell one_um2;
  Cell all_um2;
};

Cell known(double um2) { return um2 > 0 ? Cell(um2) : Cell(); }

std::vector<AreaLine> part_lines(const MachineAreas& areas) {
  std::vector<AreaLine> lines;
  for (const AreaPart& part : areas.parts) {
    const std::string place = place_name(part.place);
    lines.push_back({areas, "part", place, part.name, part.count, known(part.area_um2), known(part.all_um2)});
    if (is_alone(part)) continue;
    for (const AreaComponent& component : part.components)
      lines.push_back({areas, "component", place, component.name, part.count, known(component.area_um2),
                       known(component.area_um2 * static_cast<double>(part.count))});
  }
  return lines;
}

std::vector<AreaLine> sum_lines(const MachineAreas& areas) {
  const Area& area = areas.area;
  return {{areas, "sum", "pe", "PE", {}, area.pe_um2, {}},
          {areas, "sum", "array", "PE array", {}, {}, area.array_um2},
          {areas, "sum", "glb", "GLB", {}, {}, area.glb_um2},
          {areas, "sum", "noc", "NoC", {}, {}, area.noc_counted ? Cell(area.noc_um2) : Cell()},
          {areas, "sum", "total", "total", {}, {}, area.total_um2}};
}

Columns<AreaLine> csv_columns() {
  using L = const AreaLine&;
  return {
      {"accelerator", [](L l) { return l.areas.accelerator; }},
      {"table", [](L l) { return l.areas.table; }},
      {"kind", [](L l) { return l.kind; }},
      {"place", [](L l) { return l.place; }},
      {"name", [](L l) { return l.name; }},
      {"count", [](L l) { return l.count; }},
      {"area_of_one_um2", [](L l) { return l.one_um2; }},
      {"area_of_all_um2", [](L l) { return l.all_um2; }},
  };
}

Columns<AreaLine> text_columns() {
  using L = const AreaLine&;
  return {
      {"part", [](L l) { return (l.kind == "component" ? "  " : "") + l.name; }},
      {"in", [](L l) { return l.kind == "sum" ? "" : l.place; }},
      {"um2 of one", [](L l) { return l.one_um2; }},
      {"count", [](L l) { return l.count.index() == 0 ? Cell(std::string()) : l.count; }},
      {"um2 of all", [](L l) { return l.all_um2; }},
  };
}

std::string text_of(const MachineAreas& areas) {
  const Columns<AreaLine> columns = text_columns();
  Table table(columns.headings());
  for (const AreaLine& line : part_lines(areas)) table.add(columns.cells(line));
  table.rule();
  for (const AreaLine& line : sum_lines(areas)) table.add(columns.cells(line));
  std::string text = "Area of " + areas.accelerator + " with table " + areas.table + "\n\n" + table.text();
  for (size_t i = 0; i < areas.not_counted.size(); ++i)
    text += (i == 0 ? "\nNot counted, the table has no area: " : ", ") + areas.not_counted[i];
  return text + (areas.not_counted.empty() ? "" : ".\n");
}

Json json_of_part(const AreaPart& part) {
  Json json = {{"place", place_name(part.place)},
               {"name", part.name},
               {"count", part.count},
               {"area_of_one_um2", part.area_um2},
               {"area_of_all_um2", part.all_um2},
               {"components", Json::array()}};
  for (const AreaComponent& component : part.components)
    json["components"].push_back({{"name", component.name}, {"area_of_one_um2", component.area_um2}});
  return json;
}

}  // namespace

MachineAreas machine_areas(const AcceleratorConfig& accelerator, const EnergyTable& table) {
  const std::vector<PlacedUnit> units = placed_units(accelerator);
  MachineAreas areas{accelerator.name,
                     table.name,
                     table.sha256,
                     area_of(table, accelerator, units),
                     area_parts(table, accelerator, units),
                     {}};
  areas.not_counted = not_counted_of(areas);
  return areas;
}

std::string machine_areas_text(const std::vector<MachineAreas>& all) {
  std::string text;
  for (const MachineAreas& areas : all) text += (text.empty() ? "" : "\n") + text_of(areas);
  return text;
}

std::string machine_areas_csv(const std::vector<MachineAreas>& all) {
  std::vector<AreaLine> lines;
  for (const MachineAreas& areas : all)
    for (const auto& some : {part_lines(areas), sum_lines(areas)})
      for (const AreaLine& line : some) lines.push_back(line);
  return table_of(csv_columns(), lines).csv();
}

Json machine_areas_json(const std::vector<MachineAreas>& all) {
  Json json = {{"accelerator", all.front().accelerator}, {"tables", Json::array()}};
  for (const MachineAreas& areas : all) {
    Json parts = Json::array();
    for (const AreaPart& part : areas.parts) parts.push_back(json_of_part(part));
    json["tables"].push_back({{"name", areas.table},
                              {"sha256", areas.sha256},
                              {"area_um2", to_json(areas.area)},
                              {"parts", parts},
                              {"not_counted", areas.not_counted}});
  }
  return json;
}

}  // namespace eyeshift
