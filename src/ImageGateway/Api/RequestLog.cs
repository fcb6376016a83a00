using ImageGateway.Images;
using ImageGateway.Telemetry;

namespace ImageGateway.Api;

/// <summary>
/// One line for every request, when it is over: who asked what, where it went, how it ended, how long it took and what it cost.
/// Probes, scrapes and the dashboard's files are told at the level Debug. Never a prompt, a key, a query or a picture.
/// </summary>
internal sealed partial class RequestLog(RequestDelegate next, JobMetrics metrics, TimeProvider time, ILogger<RequestLog> log)
{
    private const int MaxPath = 200;

    private static readonly PathString[] Quiet = ["/healthz", "/metrics", "/dashboard"];
    private static readonly PathString[] DataPlane = ["/v1", "/openai"];

    public async Task InvokeAsync(HttpContext http)
    {
        var start = time.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            Log(http, time.GetElapsedTime(start));
        }
    }

    private void Log(HttpContext http, TimeSpan duration)
    {
        var (record, status, caller) = (http.Features.Get<JobRecord>(), http.Response.StatusCode, http.Features.Get<Caller>());
        if (record is null && status >= 400 && HttpMethods.IsPost(http.Request.Method) && Array.Exists(DataPlane, path => http.Request.Path.StartsWithSegments(path)))
            metrics.Refuse(caller?.Tenant, status);
        var level = Array.Exists(Quiet, path => http.Request.Path.StartsWithSegments(path)) ? LogLevel.Debug : LogLevel.Information;
        if (!log.IsEnabled(level))
            return;
        var (method, path, took) = (http.Request.Method, Path(http), duration.TotalMilliseconds);
        if (record is null)
        {
            LogRequest(level, method, path, status, took, http.TraceIdentifier, caller?.Tenant, caller?.Project, caller?.KeyId);
            return;
        }
        var (attempts, cost) = (record.Attempts, 0L);
        foreach (var attempt in attempts)
            cost += attempt.Contracted.Value;
        var (target, outcome, usd) = (attempts.Count > 0 ? attempts[^1].Target : null, WireName.Of(record.Status), new NanoUsd(cost).Usd);
        var (first, queued) = (record.FirstByte?.TotalMilliseconds, record.Waited?.TotalMilliseconds);
        LogJob(method, path, status, took, record.Id, record.Caller.Tenant, record.Caller.Project, record.Caller.KeyId, target, outcome, record.ErrorCode, attempts.Count, first, queued, usd);
    }

    // Escaped as it came, so that a path cannot forge a line.
    private static string Path(HttpContext http) => http.Request.Path.ToUriComponent() is { Length: > MaxPath } path ? path[..MaxPath] : http.Request.Path.ToUriComponent();

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} {Status} in {DurationMs:0.0} ms, {RequestId}: {Tenant} {Project} {Key}, target {Target}, {Outcome} {Code}, attempts {Attempts}, first byte {FirstByteMs:0.0} ms, queued {QueuedMs:0.0} ms, cost {CostUsd} USD")]
    private partial void LogJob(string method, string path, int status, double durationMs, string requestId, string tenant, string project, string key, string? target, string outcome, string? code, int attempts, double? firstByteMs, double? queuedMs, decimal costUsd);

    [LoggerMessage(Message = "{Method} {Path} {Status} in {DurationMs:0.0} ms, {RequestId}: {Tenant} {Project} {Key}")]
    private partial void LogRequest(LogLevel level, string method, string path, int status, double durationMs, string requestId, string? tenant, string? project, string? key);
}
