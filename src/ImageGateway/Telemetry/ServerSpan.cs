using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace ImageGateway.Telemetry;

/// <summary>
/// The server's own span of a request. The framework makes it, only for a listener, with what is known at its start; what
/// OpenTelemetry's conventions for HTTP say of its end is added here, and the request's id.
/// </summary>
internal static class ServerSpan
{
    /// <summary>Turns on the framework's attributes, which are on by themselves from .NET 11.</summary>
    public static void Enable() => AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);

    /// <summary>Describes the span of a finished request.</summary>
    public static void Describe(HttpContext http)
    {
        if (Of(http) is not { IsAllDataRequested: true } span)
            return;
        var status = http.Response.StatusCode;
        span.SetTag("imagegateway.request.id", http.TraceIdentifier).SetTag("http.response.status_code", status);
        // Unknown methods are one, so that names stay few.
        var method = span.GetTagItem("http.request.method") is string known and not "_OTHER" ? known : "HTTP";
        // Routing comes behind keys and rate limits: who does not pass them has no route.
        var route = http.GetEndpoint()?.Metadata.GetMetadata<IRouteDiagnosticsMetadata>()?.Route;
        span.SetTag("http.route", route).DisplayName = route is null ? method : $"{method} {route}";
        if (status >= StatusCodes.Status500InternalServerError)
            span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Excludes a request that only monitors the gateway from traces.</summary>
    public static void LeaveUntraced(this HttpContext http)
    {
        if (Of(http) is { } span)
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    private static Activity? Of(HttpContext http) => http.Features.Get<IHttpActivityFeature>()?.Activity;
}
