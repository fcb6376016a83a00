using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;

namespace ImageGateway.Telemetry;

/// <summary>Logs by Serilog to the console; levels from the section <c>Serilog</c>. Never a prompt, key or picture.</summary>
internal static class Logging
{
    private const string Line = "{Timestamp:HH:mm:ss} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}";

    public static void AddGatewayLogging(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddSerilog(
            new LoggerConfiguration()
                .MinimumLevel.Information()
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                .MinimumLevel.Override("Yarp", LogEventLevel.Warning)
                .ReadFrom.Configuration(builder.Configuration)
                .WriteTo.Console(outputTemplate: Line)
                .CreateLogger(),
            dispose: true);
        // With it the host makes an activity and a scope for every request that nobody looks at.
        builder.Logging.AddFilter<SerilogLoggerProvider>("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }
}
