using System.Reflection;
using ImageGateway.Telemetry;
using ImageGateway.Telemetry.Prometheus;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ImageGateway.Hosting;

/// <summary>
/// Registers metrics, always served at <c>/metrics</c>, and their export with traces over OTLP if OpenTelemetry's own variables
/// set an endpoint.
/// </summary>
internal static class TelemetryServices
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Disabled = "OTEL_SDK_DISABLED";

    /// <summary>The program's version, as traces, metrics and <c>version</c> report it.</summary>
    public static string Version { get; } = typeof(TelemetryServices).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var isOff = string.Equals(configuration[Disabled], "true", StringComparison.OrdinalIgnoreCase);
        services.AddSingleton<JobMetrics>();
        services.AddSingleton<GatewayGauges>();
        services.AddSingleton<PrometheusExporter>();
        services.AddSingleton(provider => Metrics(provider.GetRequiredService<PrometheusExporter>(), configuration, !isOff && Exports(configuration, "METRICS")));
        if (!isOff && Exports(configuration, "TRACES"))
            services.AddSingleton(_ => Traces(configuration));
        services.AddHostedService<TelemetryStart>();
    }

    private static bool Exports(IConfiguration configuration, string signal) =>
        (configuration[$"OTEL_{signal}_EXPORTER"] ?? "otlp") == "otlp"
        && !string.IsNullOrWhiteSpace(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] ?? configuration[Endpoint]);

    private static MeterProvider Metrics(PrometheusExporter exporter, IConfiguration configuration, bool exports)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(Enabled(configuration)))
            .ConfigureResource(resource => Describe(resource, configuration))
            .AddMeter(JobMetrics.MeterName, "System.Runtime")
            .AddReader(new BaseExportingMetricReader(exporter));
        return (exports ? builder.AddOtlpExporter() : builder).Build();
    }

    // Only the export is off: the SDK itself would stop measuring, and /metrics has no other source.
    private static IConfiguration Enabled(IConfiguration configuration) =>
        new ConfigurationBuilder().AddConfiguration(configuration).AddInMemoryCollection([new(Disabled, "false")]).Build();

    private static TracerProvider Traces(IConfiguration configuration) => Sdk.CreateTracerProviderBuilder()
        .ConfigureServices(services => services.AddSingleton(configuration))
        .ConfigureResource(resource => Describe(resource, configuration))
        .AddSource(Tracing.SourceName, "Microsoft.AspNetCore")
        .AddOtlpExporter()
        .Build();

    private static void Describe(ResourceBuilder resource, IConfiguration configuration)
    {
        // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence.
        resource.Clear().AddTelemetrySdk().AddService("imagegateway", serviceVersion: Version, serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}").AddEnvironmentVariableDetector();
        if (configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } name)
            resource.AddAttributes([new("service.name", name)]);
    }

    /// <summary>Creates the telemetry listeners before the first request; the container disposes them with the host.</summary>
    private sealed class TelemetryStart(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = services.GetService<TracerProvider>();
            _ = services.GetRequiredService<MeterProvider>();
            _ = services.GetRequiredService<GatewayGauges>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
