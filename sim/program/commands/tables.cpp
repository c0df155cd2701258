#include <algorithm>
#include <map>

#include "base/files/text_table.h"
#include "energy_tables/table.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"
#include "sim/report/report_json.h"
#include "sim/report/table.h"
#include "sim/unit_areas.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

// Picojoules, or a multiple of the filter scratchpad's read where the table states one.
std::string energy_text(const ActionPrice& price) {
  return price.spad_filter_reads > 0 ? significant(price.spad_filter_reads) + " x filter spad read"
                                     : significant(price.energy_pJ);
}

std::string list_text(const std::vector<EnergyTable>& tables) {
  using T = const EnergyTable&;
  const Columns<EnergyTable> columns = {
      {"table", [](T t) { return t.name; }},
      {"node nm", [](T t) { return exact(t.node_nm); }},
      {"voltage V", [](T t) { return exact(t.voltage_V); }},
      {"actions", [](T t) { return static_cast<int64_t>(t.actions.size()); }},
      {"components", [](T t) { return static_cast<int64_t>(t.components.size()); }},
      {"sha256", [](T t) { return t.sha256.substr(0, 12); }},
  };
  return table_of(columns, tables).text();
}

std::string show_text(const EnergyTable& table) {
  std::string text = table.name + ": " + exact(table.node_nm) + " nm, " + exact(table.voltage_V) +
                     " V, sha256 " + table.sha256 + "\n\nenergy, pJ an action\n";
  for (const auto& [name, price] : table.actions)
    text += "  " + name + ": " + energy_text(price) + "  [" + price.source + "]" +
            (price.note.empty() ? "" : "\n      " + price.note) + "\n";
  text += "\ncomponents\n";
  for (const auto& [name, cost] : table.components)
    text += "  " + name + ": " + significant(cost.area_um2) + " um2, " + significant(cost.leakage_mW) +
            " mW leakage  [" + cost.source + "]\n";
  return text;
}

// A row of an energy table: an action or a component.
struct TableRow {
  const EnergyTable& table;
  const std::string& name;
  const ActionPrice* action = nullptr;
  const ComponentCost* component = nullptr;
};

std::vector<TableRow> rows_of(const EnergyTable& table) {
  std::vector<TableRow> rows;
  for (const auto& [name, price] : table.actions) rows.push_back({table, name, &price, nullptr});
  for (const auto& [name, cost] : table.components) rows.push_back({table, name, nullptr, &cost});
  return rows;
}

// What a row states: an action in multiples of the filter scratchpad's read has no picojoules.
Columns<TableRow> stated_columns() {
  using R = const TableRow&;
  const auto relative = [](R r) { return r.action != nullptr && r.action->spad_filter_reads > 0; };
  return {
      {"energy_pJ",
       [=](R r) { return r.action != nullptr && !relative(r) ? Cell(r.action->energy_pJ) : Cell(); }},
      {"spad_filter_reads", [=](R r) { return relative(r) ? Cell(r.action->spad_filter_reads) : Cell(); }},
      {"area_um2", [](R r) { return r.component != nullptr ? Cell(r.component->area_um2) : Cell(); }},
      {"leakage_mW", [](R r) { return r.component != nullptr ? Cell(r.component->leakage_mW) : Cell(); }},
      {"source", [](R r) { return r.action != nullptr ? r.action->source : r.component->source; }},
      {"note", [](R r) { return r.action != nullptr ? Cell(r.action->note) : Cell(); }},
  };
}

std::string rows_csv(const std::vector<EnergyTable>& tables) {
  using R = const TableRow&;
  Columns<TableRow> columns = {
      {"table", [](R r) { return r.table.name; }},
      {"kind", [](R r) { return std::string(r.action != nullptr ? "action" : "component"); }},
      {"name", [](R r) { return r.name; }},
  };
  columns.append(stated_columns());
  Table rows(columns.headings());
  for (const EnergyTable& table : tables)
    for (const TableRow& row : rows_of(table)) rows.add(columns.cells(row));
  return rows.csv();
}

Json to_json(const EnergyTable& table) {
  Json json = {{"name", table.name},          {"node_nm", table.node_nm}, {"voltage_V", table.voltage_V},
               {"sha256", table.sha256},      {"extends", Json::array()}, {"actions", Json::object()},
               {"components", Json::object()}};
  for (const ExtendedTable& other : table.extended)
    json["extends"].push_back({{"name", other.name}, {"sha256", other.sha256}});
  for (const TableRow& row : rows_of(table))
    json[row.action != nullptr ? "actions" : "components"][row.name] = json_of(stated_columns(), row);
  return json;
}

// A row an action and component; a column a table.
Table comparison(const std::vector<EnergyTable>& tables) {
  using Row = std::pair<const std::string, std::vector<Cell>>;
  std::map<std::string, std::vector<Cell>> rows;
  const auto cell = [&](const std::string& row, size_t table) -> Cell& {
    auto& cells = rows[row];
    cells.resize(tables.size());
    return cells[table];
  };
  Columns<Row> columns = {{"row", [](const Row& row) { return row.first; }}};
  for (size_t i = 0; i < tables.size(); ++i) {
    columns.push_back({tables[i].name, [i](const Row& row) { return row.second[i]; }});
    for (const auto& [name, price] : tables[i].actions)
      cell(name + " pJ", i) = price.spad_filter_reads > 0 ? Cell(energy_text(price)) : Cell(price.energy_pJ);
    for (const auto& [name, cost] : tables[i].components) cell(name + " um2", i) = cost.area_um2;
  }
  return table_of(columns, rows);
}

class Tables : public Command {
 public:
  std::string summary() const override {
    return "the energy and area tables, with the source of every number";
  }
  std::string usage() const override { return "tables list | show NAME | compare | units"; }
  std::string description() const override {
    return R"(list: the tables that come with the program. show: one of them, or a YAML file of your own, with
the source of every row. compare: all of them side by side. units: the area of every unit's parts
by table, where tables differ. Energies are picojoules an action, areas square micrometres a
component.)";
  }
  std::string example() const override { return "  eyeshift tables compare\n"; }
  po::options_description options() const override {
    po::options_description options = option_list({
        {"action", value("list|show|compare|units"), "what to do; the word alone will do"},
        {"name", value("NAME"),
         "table that 'show' shows: a name, a YAML file, or either with @16nm behind; the word "
         "alone will do"},
    });
    add_report_options(options);
    return options;
  }
  std::vector<std::string> positionals() const override { return {"action", "name"}; }
  std::vector<std::string> names_for(const std::string& option) const override {
    return option == "name" ? table_names() : std::vector<std::string>();
  }

  void run(const po::variables_map& arguments) const override {
    if (!has(arguments, "action")) throw InputError("say what to do: list, show NAME, compare or units");
    const std::string action = choice(arguments, "action", {"list", "show", "compare", "units"}, "");
    if (action == "show" && !has(arguments, "name"))
      throw InputError("say which table to show, for example: eyeshift tables show " + table_names().front());
    if (action != "show" && has(arguments, "name")) throw InputError("'" + action + "' takes no name");
    const ReportSink sink(arguments, input_files(arguments));

    std::vector<EnergyTable> tables;
    if (action == "show")
      tables.push_back(load_table(text(arguments, "name")));
    else
      for (const std::string& name : table_names()) tables.push_back(load_table(name));
    if (action == "units") {
      const UnitAreas areas = unit_areas(tables);
      sink.write({[&] { return unit_areas_text(areas); }, [&] { return dump(unit_areas_json(areas)); },
                  [&] { return unit_areas_csv(areas); }});
      return;
    }
    Json json = {{"tables", Json::array()}};
    for (const EnergyTable& table : tables) json["tables"].push_back(to_json(table));

    sink.write({[&] {
                  return action == "list"   ? list_text(tables)
                         : action == "show" ? show_text(tables.front())
                                            : comparison(tables).text();
                },
                [&] { return dump(json); },
                [&] { return action == "compare" ? comparison(tables).csv() : rows_csv(tables); }});
  }
};

const Registration<Command, Tables> tables_registration("tables");

}  // namespace
}  // namespace eyeshift
