using System.Diagnostics;
using System.Diagnostics.Metrics;
using ImageGateway.Images;

namespace ImageGateway.Telemetry;

/// <summary>
/// Counts finished jobs, and requests that never became a job. Everything is read from the job's record, so that the job's path
/// costs nothing more; without a listener it is one check.
/// </summary>
internal sealed class JobMetrics
{
    /// <summary>The gateway's only meter.</summary>
    public const string MeterName = "ImageGateway";

    /// <summary>How many tenants are counted by name.</summary>
    public const int MostTenants = 100;

    private const string None = "none";
    private const int MostCodes = 64;
    private const double UsdPerNano = 1e-9;

    private static readonly InstrumentAdvice<double> Seconds = new() { HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300] };

    private readonly BoundedTagValues _tenants = new(MostTenants);
    private readonly BoundedTagValues _codes = new(MostCodes);
    private readonly Counter<long> _requests;
    private readonly Counter<long> _images;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Counter<double> _avoided;
    private readonly Counter<long> _lookups;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _failovers;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstByte;
    private readonly Histogram<double> _wait;

    public JobMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("imagegateway.requests", "{request}", "Image requests, by outcome.");
        _images = meter.CreateCounter<long>("imagegateway.images", "{image}", "Images generated.");
        _tokens = meter.CreateCounter<long>("imagegateway.tokens", "{token}", "Tokens that providers counted, by type.");
        _cost = meter.CreateCounter<double>("imagegateway.cost.usd", "{usd}", "Charges of jobs, in USD.");
        _avoided = meter.CreateCounter<double>("imagegateway.avoided_cost.usd", "{usd}", "Cost avoided by replayed responses, in USD.");
        _lookups = meter.CreateCounter<long>("imagegateway.cache.requests", "{request}", "Jobs by cache result.");
        _attempts = meter.CreateCounter<long>("imagegateway.attempts", "{call}", "Calls to targets, by outcome.");
        _failovers = meter.CreateCounter<long>("imagegateway.failovers", "{failover}", "Jobs that moved on from a failed target to another.");
        _duration = meter.CreateHistogram("imagegateway.request.duration", "s", "From the request to the arrival of the whole response.", null, Seconds);
        _firstByte = meter.CreateHistogram("imagegateway.time_to_first_event", "s", "From the request to the first byte of the response, or the first event of a stream.", null, Seconds);
        _wait = meter.CreateHistogram("imagegateway.queue.wait", "s", "How long jobs waited for capacity at a target.", null, Seconds);
    }

    /// <summary>Counts a finished job.</summary>
    /// <param name="record">The job's record.</param>
    /// <param name="cache">The cache result as a word; null: the cache was not used.</param>
    public void Record(JobRecord record, string? cache)
    {
        if (!_requests.Enabled)
            return;
        var attempts = record.Attempts;
        var last = attempts.Count > 0 ? attempts[^1] : null;
        var (tenant, model, target) = (_tenants.Of(record.Caller.Tenant), last?.Model ?? record.Reused?.Model ?? None, last?.Target ?? None);
        var outcome = WireName.Of(record.Status);
        _requests.Add(1, new TagList { { "tenant", tenant }, { "model", model }, { "target", target }, { "outcome", outcome }, { "code", Code(record.ErrorCode) } });
        var how = new TagList { { "model", model }, { "target", target }, { "outcome", outcome } };
        _duration.Record(record.Duration.TotalSeconds, how);
        if (record.FirstByte is { } first)
            _firstByte.Record(first.TotalSeconds, new("model", model), new("target", target), new("stream", record.Job.Parameters.Stream ? "true" : "false"));
        if (record.Waited is { } waited)
            _wait.Record(waited.TotalSeconds);
        if (cache is not null)
            _lookups.Add(1, new("tenant", tenant), new("result", cache));
        if (record.Reused is { } reused)
            _avoided.Add(reused.Avoided.Value * UsdPerNano, new("tenant", tenant), new("model", model));
        for (var i = 0; i < attempts.Count; i++)
            Record(tenant, attempts[i], i > 0 ? attempts[i - 1] : null);
    }

    /// <summary>Counts a request that was refused before it became a job.</summary>
    /// <param name="tenant">The tenant of its key; null: no known key.</param>
    /// <param name="error">The error it got.</param>
    public void Refuse(string? tenant, GatewayError error) => _requests.Add(1, new TagList
    {
        { "tenant", tenant is null ? None : _tenants.Of(tenant) }, { "model", None }, { "target", None }, { "outcome", "refused" }, { "code", Code(ErrorEnvelope.Code(error)) },
    });

    private string Code(string? code) => code is null ? "" : _codes.Of(code);

    private void Record(string tenant, AttemptRecord attempt, AttemptRecord? before)
    {
        _attempts.Add(1, new("target", attempt.Target), new("outcome", attempt.ErrorCode is null ? "completed" : "failed"));
        if (before is not null && before.Target != attempt.Target)
            _failovers.Add(1, new KeyValuePair<string, object?>("target", before.Target));
        var where = new TagList { { "tenant", tenant }, { "model", attempt.Model }, { "target", attempt.Target } };
        if (attempt.Images > 0)
            _images.Add(attempt.Images, where);
        if (attempt.Contracted.Value > 0)
            _cost.Add(attempt.Contracted.Value * UsdPerNano, where);
        Count("text_input", attempt.Usage.TextInput, where);
        Count("image_input", attempt.Usage.ImageInput, where);
        Count("text_output", attempt.Usage.TextOutput, where);
        Count("image_output", attempt.Usage.ImageOutput, where);
    }

    private void Count(string type, long tokens, TagList where)
    {
        if (tokens == 0)
            return;
        where.Add("type", type);
        _tokens.Add(tokens, where);
    }
}
