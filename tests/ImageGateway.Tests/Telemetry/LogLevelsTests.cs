using ImageGateway.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageGateway.Tests.Telemetry;

public sealed class LogLevelsTests : IDisposable
{
    private readonly LogLevels _levels = new();
    private readonly ServiceProvider _services;

    public LogLevelsTests() => _services = new ServiceCollection()
        .AddLogging(logging => logging.AddProvider(new AnyLevel()))
        .AddSingleton<IConfigureOptions<LoggerFilterOptions>>(_levels)
        .AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(_levels)
        .BuildServiceProvider();

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Level_of_loggers_that_exist_changes_at_once()
    {
        var log = Logger("ImageGateway.Api.RequestLog");
        Assert.Equal((false, true), (log.IsEnabled(LogLevel.Debug), log.IsEnabled(LogLevel.Information)));

        Assert.Empty(Apply(("Serilog:MinimumLevel", "Debug")));
        Assert.True(log.IsEnabled(LogLevel.Debug));

        Assert.Empty(Apply(("Serilog:MinimumLevel:Default", "Error")));
        Assert.Equal((false, true), (log.IsEnabled(LogLevel.Warning), log.IsEnabled(LogLevel.Error)));
    }

    [Fact]
    public void Category_has_a_level_of_its_own()
    {
        Assert.Empty(Apply(("Serilog:MinimumLevel:Default", "Warning"), ("Serilog:MinimumLevel:Override:ImageGateway.Api", "Debug")));

        Assert.True(Logger("ImageGateway.Api.RequestLog").IsEnabled(LogLevel.Debug));
        Assert.False(Logger("ImageGateway.Ledger").IsEnabled(LogLevel.Information));
    }

    [Fact]
    public void Framework_is_quiet_unless_it_is_asked()
    {
        Apply(("Serilog:MinimumLevel", "Debug"));
        Assert.False(Logger("Microsoft.AspNetCore.Routing").IsEnabled(LogLevel.Information));

        Apply(("Serilog:MinimumLevel:Override:Microsoft.AspNetCore.Routing", "Debug"));
        Assert.True(Logger("Microsoft.AspNetCore.Routing").IsEnabled(LogLevel.Debug));
    }

    [Fact]
    public void Framework_logs_no_probe_unless_it_is_asked()
    {
        const string Checks = "Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService";
        Apply(("Serilog:MinimumLevel", "Debug"));
        Assert.False(Logger(Checks).IsEnabled(LogLevel.Critical));

        Apply(("Serilog:MinimumLevel:Override:Microsoft.Extensions.Diagnostics.HealthChecks", "Debug"));
        Assert.True(Logger(Checks).IsEnabled(LogLevel.Debug));
    }

    [Fact]
    public void Word_that_is_no_level_is_told_and_changes_nothing()
    {
        Apply(("Serilog:MinimumLevel", "Error"));

        var mistake = Assert.Single(Apply(("Serilog:MinimumLevel", "Loud")));

        Assert.StartsWith("Serilog:MinimumLevel: 'Loud' is not one of Verbose", mistake, StringComparison.Ordinal);
        Assert.False(Logger("ImageGateway.Api").IsEnabled(LogLevel.Warning));
    }

    private IReadOnlyList<string> Apply(params (string Key, string Value)[] settings) =>
        _levels.Apply(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value))).Build());

    private ILogger Logger(string category) => _services.GetRequiredService<ILoggerFactory>().CreateLogger(category);

    private sealed class AnyLevel : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) { }

        public void Dispose() { }
    }
}
