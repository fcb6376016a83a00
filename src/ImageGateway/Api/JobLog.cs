using ImageGateway.Images;

namespace ImageGateway.Api;

/// <summary>The line of a job that is over, the same whether its client waited for it or not.</summary>
internal static partial class JobLog
{
    private const int MaxPath = 200;

    /// <summary>Writes it.</summary>
    /// <param name="log">Where to.</param>
    /// <param name="request">The request it came by.</param>
    /// <param name="status">What it was answered with.</param>
    /// <param name="duration">How long its client waited, or would have.</param>
    /// <param name="record">What happened to it.</param>
    public static void Write(ILogger log, HttpRequest request, int status, TimeSpan duration, JobRecord record)
    {
        if (!log.IsEnabled(LogLevel.Information))
            return;
        var (attempts, cost) = (record.Attempts, 0L);
        foreach (var attempt in attempts)
            cost += attempt.Contracted.Value;
        var (target, outcome, usd) = (attempts.Count > 0 ? attempts[^1].Target : null, WireName.Of(record.Status), new NanoUsd(cost).Usd);
        var (first, queued, caller) = (record.FirstByte?.TotalMilliseconds, record.Waited?.TotalMilliseconds, record.Caller);
        var (method, path, took) = (request.Method, Path(request), duration.TotalMilliseconds);
        LogJob(log, method, path, status, took, record.Id, caller.Tenant, caller.Project, caller.KeyId, target, outcome, record.ErrorCode, attempts.Count, first, queued, usd);
    }

    /// <summary>A request's path as it is logged: escaped as it came, so that it cannot forge a line.</summary>
    public static string Path(HttpRequest request) => request.Path.ToUriComponent() is { Length: > MaxPath } path ? path[..MaxPath] : request.Path.ToUriComponent();

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} {Status} in {DurationMs:0.0} ms, {RequestId}: {Tenant} {Project} {Key}, target {Target}, {Outcome} {Code}, attempts {Attempts}, first byte {FirstByteMs:0.0} ms, queued {QueuedMs:0.0} ms, cost {CostUsd} USD")]
    private static partial void LogJob(ILogger log, string method, string path, int status, double durationMs, string requestId, string tenant, string project, string key, string? target, string outcome, string? code, int attempts, double? firstByteMs, double? queuedMs, decimal costUsd);
}
