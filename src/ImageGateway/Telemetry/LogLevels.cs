using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace ImageGateway.Telemetry;

/// <summary>
/// The log levels, changeable at run time: <c>Serilog:MinimumLevel</c>, or <c>:Default</c> and <c>:Override</c> by category.
/// They are applied as the framework's own filters, so that an event that is not logged never reaches Serilog and costs
/// nothing.
/// </summary>
internal sealed class LogLevels : IConfigureOptions<LoggerFilterOptions>, IOptionsChangeTokenSource<LoggerFilterOptions>
{
    private const string Section = "Serilog:MinimumLevel";

    private static readonly Dictionary<string, LogLevel> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Verbose"] = LogLevel.Trace,
        ["Debug"] = LogLevel.Debug,
        ["Information"] = LogLevel.Information,
        ["Warning"] = LogLevel.Warning,
        ["Error"] = LogLevel.Error,
        ["Fatal"] = LogLevel.Critical,
    };

    private volatile Levels _levels = new(LogLevel.Information, []);
    private ConfigurationReloadToken _changed = new();

    private sealed record Levels(LogLevel Least, IReadOnlyList<(string Category, LogLevel Level)> Overrides);

    /// <summary>Only the default options change.</summary>
    public string Name => Options.DefaultName;

    /// <summary>Applies the levels of a configuration.</summary>
    /// <returns>The mistakes, each with its key path; if there are any, nothing is applied.</returns>
    public IReadOnlyList<string> Apply(IConfiguration configuration)
    {
        var mistakes = new List<string>();
        var section = configuration.GetSection(Section);
        mistakes.AddRange(section.GetChildren().Where(entry => entry.Key.ToUpperInvariant() is not ("DEFAULT" or "OVERRIDE")).Select(entry => $"{entry.Path}: there is no such option here; the options are Default, Override"));
        var least = Read(section.Value is null ? section.GetSection("Default") : section, mistakes) ?? LogLevel.Information;
        (string, LogLevel)[] overrides = [.. section.GetSection("Override").GetChildren().Select(entry => (entry.Key, Read(entry, mistakes) ?? least))];
        if (mistakes.Count > 0)
            return mistakes;
        _levels = new Levels(least, overrides);
        Interlocked.Exchange(ref _changed, new ConfigurationReloadToken()).OnReload();
        return [];
    }

    public void Configure(LoggerFilterOptions options)
    {
        var levels = _levels;
        options.MinLevel = levels.Least;
        // At Information, the framework logs a lot for every request.
        foreach (var noisy in (string[])["Microsoft", "System", "Yarp"])
            options.Rules.Add(new LoggerFilterRule(null, noisy, levels.Least > LogLevel.Warning ? levels.Least : LogLevel.Warning, null));
        // It would log an error for every probe of a gateway that is not ready, as in an orderly stop; the probe's response says why.
        options.Rules.Add(new LoggerFilterRule(null, "Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None, null));
        foreach (var (category, level) in levels.Overrides)
            options.Rules.Add(new LoggerFilterRule(null, category, level, null));
        // At this level the host would create an unused activity and scope for every request.
        options.Rules.Add(new LoggerFilterRule(null, "Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None, null));
    }

    public IChangeToken GetChangeToken() => Volatile.Read(ref _changed);

    private static LogLevel? Read(IConfigurationSection entry, List<string> mistakes)
    {
        if (entry.Value is not { Length: > 0 } word)
            return null;
        if (Words.TryGetValue(word, out var level))
            return level;
        mistakes.Add($"{entry.Path}: '{word}' is not one of {string.Join(", ", Words.Keys)}");
        return null;
    }
}
