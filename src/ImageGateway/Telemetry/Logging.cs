using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Extensions.Logging;

namespace ImageGateway.Telemetry;

/// <summary>Logs with Serilog to the console: lines of JSON for machines, text for people. Never a prompt, key or image.</summary>
internal static class Logging
{
    private const string Line = "{Timestamp:HH:mm:ss} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}";

    /// <summary>Checks the log format; a mistake has its key path.</summary>
    public static IReadOnlyList<string> Check(IConfiguration configuration) =>
        Format(configuration) is var format and not ("auto" or "json" or "text") ? [$"Serilog:Format: '{format}' is not one of auto, json, text"] : [];

    /// <summary>Adds logging; the levels can be changed later. Mistakes in its configuration are reported with all others.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="isReported">Whether an exception is reported on standard error, so that the host need not log it with its stack trace.</param>
    public static void AddGatewayLogging(this WebApplicationBuilder builder, Predicate<Exception> isReported)
    {
        var levels = new LogLevels();
        levels.Apply(builder.Configuration);
        var format = Format(builder.Configuration);
        // A terminal has a human reader; redirected output is collected.
        var isText = format == "text" || (format == "auto" && (builder.Environment.IsDevelopment() || !Console.IsOutputRedirected));
        var serilog = new LoggerConfiguration().MinimumLevel.Verbose().Filter.ByExcluding(entry => entry.Exception is { } exception && isReported(exception));
        builder.Logging.ClearProviders();
        var logger = (isText ? serilog.WriteTo.Console(outputTemplate: Line) : serilog.WriteTo.Console(new JsonLine())).CreateLogger();
        // AddSerilog would add a filter that lets everything through.
        builder.Services.AddSingleton<ILoggerProvider>(_ => new SerilogLoggerProvider(logger, dispose: true));
        builder.Services.AddSingleton(levels);
        builder.Services.AddSingleton<IConfigureOptions<LoggerFilterOptions>>(levels);
        builder.Services.AddSingleton<IOptionsChangeTokenSource<LoggerFilterOptions>>(levels);
    }

    private static string Format(IConfiguration configuration) => configuration["Serilog:Format"] ?? "auto";
}
