#include <algorithm>
#include <map>

#include "base/files/text_table.h"
#include "energy_tables/table.h"
#include "sim/program/arguments.h"
#include "sim/program/command.h"
#include "sim/program/input_files.h"
#include "sim/report/report_json.h"
#include "sim/unit_areas.h"

namespace eyeshift {
namespace {

namespace po = boost::program_options;

// Picojoules, or a multiple of the filter scratchpad's read where the table states one.
std::string energy(const ActionPrice& price, std::string (*format)(double)) {
  if (price.spad_filter_reads > 0) return format(price.spad_filter_reads) + " x filter spad read";
  return format(price.energy_pJ);
}

std::string list_text(const std::vector<EnergyTable>& tables) {
  TextTable text({"table", "node nm", "voltage V", "actions", "components", "sha256"});
  for (const EnergyTable& t : tables)
    text.add({t.name, exact(t.node_nm), exact(t.voltage_V), std::to_string(t.actions.size()),
              std::to_string(t.components.size()), t.sha256.substr(0, 12)});
  return text.str();
}

std::string show_text(const EnergyTable& table) {
  std::string text = table.name + ": " + exact(table.node_nm) + " nm, " + exact(table.voltage_V) +
                     " V, sha256 " + table.sha256 + "\n\nenergy, pJ an action\n";
  for (const auto& [name, price] : table.actions)
    text += "  " + name + ": " + energy(price, [](double v) { return significant(v); }) + "  [" +
            price.source + "]" + (price.note.empty() ? "" : "\n      " + price.note) + "\n";
  text += "\ncomponents\n";
  for (const auto& [name, cost] : table.components)
    text += "  " + name + ": " + significant(cost.area_um2) + " um2, " + significant(cost.leakage_mW) +
            " mW leakage  [" + cost.source + "]\n";
  return text;
}

// A row an action and component; a column a table, empty where it has none.
std::vector<std::vector<std::string>> comparison(const std::vector<EnergyTable>& tables,
                                                 std::string (*format)(double), const std::string& missing) {
  std::map<std::string, std::vector<std::string>> rows;
  const auto cell = [&](const std::string& row, size_t table) -> std::string& {
    auto& cells = rows[row];
    cells.resize(tables.size(), missing);
    return cells[table];
  };
  for (size_t i = 0; i < tables.size(); ++i) {
    for (const auto& [name, price] : tables[i].actions) cell(name + " pJ", i) = energy(price, format);
    for (const auto& [name, cost] : tables[i].components) cell(name + " um2", i) = format(cost.area_um2);
  }
  std::vector<std::vector<std::string>> lines = {{"row"}};
  for (const EnergyTable& table : tables) lines.front().push_back(table.name);
  for (auto& [name, cells] : rows) {
    cells.insert(cells.begin(), name);
    lines.push_back(cells);
  }
  return lines;
}

std::string compare_text(const std::vector<EnergyTable>& tables) {
  const auto lines = comparison(
      tables, [](double v) { return significant(v); }, "-");
  TextTable text(lines.front());
  for (size_t i = 1; i < lines.size(); ++i) text.add(lines[i]);
  return text.str();
}

std::string compare_csv(const std::vector<EnergyTable>& tables) {
  std::string csv;
  for (const auto& line : comparison(tables, exact, "")) csv += csv_row(line);
  return csv;
}

std::string rows_csv(const std::vector<EnergyTable>& tables) {
  std::string csv =
      csv_row({"table", "kind", "name", "energy_pJ", "area_um2", "leakage_mW", "source", "note"});
  for (const EnergyTable& table : tables) {
    for (const auto& [name, price] : table.actions)
      csv += csv_row({table.name, "action", name, energy(price, exact), "", "", price.source, price.note});
    for (const auto& [name, cost] : table.components)
      csv += csv_row(
          {table.name, "component", name, "", exact(cost.area_um2), exact(cost.leakage_mW), cost.source, ""});
  }
  return csv;
}

Json to_json(const EnergyTable& table) {
  Json json = {{"name", table.name},          {"node_nm", table.node_nm}, {"voltage_V", table.voltage_V},
               {"sha256", table.sha256},      {"extends", Json::array()}, {"actions", Json::object()},
               {"components", Json::object()}};
  for (const ExtendedTable& other : table.extended)
    json["extends"].push_back({{"name", other.name}, {"sha256", other.sha256}});
  for (const auto& [name, price] : table.actions)
    json["actions"][name] = {{price.spad_filter_reads > 0 ? "spad_filter_reads" : "energy_pJ",
                              price.spad_filter_reads > 0 ? price.spad_filter_reads : price.energy_pJ},
                             {"source", price.source},
                             {"note", price.note}};
  for (const auto& [name, cost] : table.components)
    json["components"][name] = {
        {"area_um2", cost.area_um2}, {"leakage_mW", cost.leakage_mW}, {"source", cost.source}};
  return json;
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
                                            : compare_text(tables);
                },
                [&] { return dump(json); },
                [&] { return action == "compare" ? compare_csv(tables) : rows_csv(tables); }});
  }
};

const Registration<Command, Tables> tables_registration("tables");

}  // namespace
}  // namespace eyeshift
