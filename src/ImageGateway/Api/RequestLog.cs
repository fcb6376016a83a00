using ImageGateway.Images;
using ImageGateway.Telemetry;

namespace ImageGateway.Api;

/// <summary>
/// Logs one line for every finished request: caller, path, target, outcome, duration and cost; its trace is named here as well.
/// Probes, scrapes and the dashboard's files are logged at Debug. Never logs a prompt, a key, a query or an image.
/// </summary>
internal sealed partial class RequestLog(RequestDelegate next, JobMetrics metrics, TimeProvider time, ILogger<RequestLog> log)
{
    private static readonly PathString[] Quiet = ["/healthz", "/metrics", "/dashboard"];

    public async Task InvokeAsync(HttpContext http)
    {
        var start = time.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            ServerSpan.Describe(http);
            Log(http, time.GetElapsedTime(start));
        }
    }

    private void Log(HttpContext http, TimeSpan duration)
    {
        var (record, status, caller) = (http.Features.Get<JobRecord>(), http.Response.StatusCode, http.Features.Get<Caller>());
        if (record is null && http.Features.Get<GatewayError>() is { } error && HttpMethods.IsPost(http.Request.Method) && ApiPaths.IsJob(http.Request.Path))
            metrics.Refuse(caller?.Tenant, error);
        var level = Array.Exists(Quiet, path => http.Request.Path.StartsWithSegments(path)) ? LogLevel.Debug : LogLevel.Information;
        if (!log.IsEnabled(level))
            return;
        if (record is not null)
        {
            JobLog.Write(log, http.Request, status, duration, record);
            return;
        }
        var (method, path, took) = (http.Request.Method, JobLog.Path(http.Request), duration.TotalMilliseconds);
        LogRequest(level, method, path, status, took, http.TraceIdentifier, caller?.Tenant, caller?.Project, caller?.KeyId);
    }

    [LoggerMessage(Message = "{Method} {Path} {Status} in {DurationMs:0.0} ms, {RequestId}: {Tenant} {Project} {Key}")]
    private partial void LogRequest(LogLevel level, string method, string path, int status, double durationMs, string requestId, string? tenant, string? project, string? key);
}
