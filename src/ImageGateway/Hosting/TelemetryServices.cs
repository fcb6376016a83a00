using System.Reflection;
using ImageGateway.Telemetry;
using ImageGateway.Telemetry.Prometheus;
using OpenTelemetry;
using OpenTelemetry.Exporter;
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
    private const string Otlp = "OTEL_EXPORTER_OTLP_";
    private const string Disabled = "OTEL_SDK_DISABLED";

    /// <summary>The program's version, as traces, metrics and <c>version</c> report it.</summary>
    public static string Version { get; } = typeof(TelemetryServices).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var isOff = string.Equals(configuration[Disabled], "true", StringComparison.OrdinalIgnoreCase);
        ServerSpan.Enable();
        services.AddSingleton<JobMetrics>();
        services.AddSingleton<GatewayGauges>();
        services.AddSingleton<PrometheusExporter>();
        services.AddSingleton(provider => Metrics(provider.GetRequiredService<PrometheusExporter>(), configuration, !isOff && Exports("METRICS", configuration)));
        if (!isOff && Exports("TRACES", configuration))
            services.AddSingleton(_ => Traces(configuration));
        services.AddHostedService<TelemetryStart>();
    }

    private static bool Exports(string signal, IConfiguration configuration) =>
        (configuration[$"OTEL_{signal}_EXPORTER"] ?? "otlp") == "otlp" && !string.IsNullOrWhiteSpace(Variables(signal, configuration)[$"{Otlp}ENDPOINT"]);

    private static MeterProvider Metrics(PrometheusExporter exporter, IConfiguration configuration, bool exports)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(Variables("METRICS", configuration)))
            .ConfigureResource(resource => Describe(resource, configuration))
            .AddMeter(JobMetrics.MeterName, "System.Runtime")
            .AddReader(new BaseExportingMetricReader(exporter));
        return (exports ? builder.AddOtlpExporter(otlp => SetEndpoint(otlp, "METRICS", configuration)) : builder).Build();
    }

    private static TracerProvider Traces(IConfiguration configuration) => Sdk.CreateTracerProviderBuilder()
        .ConfigureServices(services => services.AddSingleton(Variables("TRACES", configuration)))
        .ConfigureResource(resource => Describe(resource, configuration))
        .AddSource(Tracing.SourceName, "Microsoft.AspNetCore")
        .AddOtlpExporter(otlp => SetEndpoint(otlp, "TRACES", configuration))
        .Build();

    // The exporter of one signal reads only the variables for all signals: the signal's own (OTEL_EXPORTER_OTLP_TRACES_HEADERS)
    // take their place.
    private static IConfiguration Variables(string signal, IConfiguration configuration)
    {
        var prefix = $"{Otlp}{signal}_";
        var own = configuration.GetChildren().Where(variable => variable.Key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(variable.Value));
        return new ConfigurationBuilder()
            .AddConfiguration(configuration)
            .AddInMemoryCollection(own.Select(variable => KeyValuePair.Create(Otlp + variable.Key[prefix.Length..], variable.Value)))
            // Only the export is off then: the SDK itself would stop measuring, and /metrics has no other source.
            .AddInMemoryCollection([new(Disabled, "false")])
            .Build();
    }

    // A signal's own endpoint is used as it is; to one that is not set here, the exporter adds the signal's path.
    private static void SetEndpoint(OtlpExporterOptions otlp, string signal, IConfiguration configuration)
    {
        if (Uri.TryCreate(configuration[$"{Otlp}{signal}_ENDPOINT"], UriKind.Absolute, out var endpoint))
            otlp.Endpoint = endpoint;
    }

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
