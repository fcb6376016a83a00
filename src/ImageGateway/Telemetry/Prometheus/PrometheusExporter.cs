using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace ImageGateway.Telemetry.Prometheus;

/// <summary>The content of <c>/metrics</c>: collected on request, one request at a time.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    /// <summary>The format's media type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock _lock = new();
    private string _text = "";

    /// <summary>Collects; set by the reader of this exporter.</summary>
    public Func<int, bool>? Collect { get; set; }

    /// <summary>All current metrics.</summary>
    /// <exception cref="InvalidOperationException">The collection failed.</exception>
    public string Scrape()
    {
        lock (_lock)
        {
            if (Collect?.Invoke(Timeout.Infinite) != true)
                throw new InvalidOperationException("The metrics could not be collected.");
            return _text;
        }
    }

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var text = new PrometheusText();
        text.Target(ParentProvider.GetResource().Attributes);
        foreach (var metric in batch)
            text.Metric(metric);
        _text = text.ToString();
        return ExportResult.Success;
    }
}
