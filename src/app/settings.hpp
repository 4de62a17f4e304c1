#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace CLI {
class App;
}

namespace silaware::app {

/// One configuration variable: an option, an environment variable and a line of the config file in one.
struct Setting {
    enum class Visibility { plain, secret };

    std::string variable;     ///< DB_HOST; the option is --db-host, the line of the file db-host = …
    std::string fallback;     ///< the default
    std::string description;  ///< one line of --help
    std::string allowed;      ///< what is allowed, for the error message
    std::function<bool(const std::string&)> accepts;
    Visibility visibility = Visibility::plain;

    std::string value = {};
    std::string source = "default";  ///< "option", "environment", "file …" or "default"

    std::string option() const;
};

/// All configuration variables with their values: an option beats the environment, which beats the file.
class Settings {
  public:
    Settings();

    /// Declares every setting and --config as options of `app`.
    void declare(CLI::App& app);
    /// To be called after parsing: takes what the command line left open from the config file, and checks
    /// every value. Error `invalid`: one line with the variable, the value and what is allowed.
    core::Result<void> resolve(const CLI::App& app, const std::vector<std::string>& arguments);

    const std::string& operator[](std::string_view variable) const;
    bool is_set(std::string_view variable) const;
    void set(std::string_view variable, std::string value, std::string source);
    const std::vector<Setting>& all() const { return settings_; }

    std::int64_t integer(std::string_view variable) const;
    double real(std::string_view variable) const;
    bool flag(std::string_view variable) const;

  private:
    Setting& find(std::string_view variable);
    core::Result<void> read_file();
    core::Result<void> check_topics() const;
    core::Result<void> take_from_file(const std::string& name, const std::string& value);

    std::vector<Setting> settings_;
    std::string file_;
};

}  // namespace silaware::app
