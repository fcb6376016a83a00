using System.Net;
using ImageGateway.Api.Reading;
using ImageGateway.Hosting;
using ImageGateway.Images;
using Yarp.ReverseProxy.Forwarder;

namespace ImageGateway.Api.PassThrough;

/// <summary>
/// Forwards the paths of <c>Gateway:PassThrough</c> to their providers with YARP's forwarder, without inspecting or pricing
/// them; the first matching entry applies. It runs before routing, since a reload may bring other paths.
/// </summary>
internal sealed partial class PassThroughStage(RequestDelegate next, Func<GatewaySnapshot> snapshot, IHttpForwarder forwarder, ILogger<PassThroughStage> log)
{
    // Nobody fixes credentials within seconds.
    private static readonly TimeSpan AccountPause = TimeSpan.FromSeconds(30);

    public Task InvokeAsync(HttpContext http)
    {
        var now = snapshot();
        return now.PassThrough.Count == 0 ? next(http) : MatchAsync(http, now);
    }

    private Task MatchAsync(HttpContext http, GatewaySnapshot now)
    {
        var allowed = new List<string>();
        foreach (var route in now.PassThrough)
        {
            if (!route.Path.Matches(http.Request.Path) || HasDotSegments(http.Request.Path))
                continue;
            if (route.Methods.Contains(http.Request.Method))
                return ForwardAsync(http, route, now.Limits.FormBytes);
            allowed.AddRange(route.Methods);
        }
        if (allowed.Count == 0)
            return next(http);
        http.Response.Headers.Allow = string.Join(", ", allowed.Distinct());
        http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }

    private async Task ForwardAsync(HttpContext http, PassThroughRoute route, long limit)
    {
        JobReader.Bound(http, limit);
        var transformer = new PassThroughTransformer(route.Provider);
        var config = new ForwarderRequestConfig { ActivityTimeout = route.Timeout, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        // The transformer sets the address; the forwarder requires one too.
        var error = await forwarder.SendAsync(http, "http://provider", route.Provider.Invoker, config, transformer, http.RequestAborted);
        if (transformer.IsRefused)
            throw Failed(http, new GatewayError(ErrorKind.NoTargetAvailable, "The provider rejects this gateway's credentials; the gateway's operator must fix them.") { RetryAfter = AccountPause });
        if (error == ForwarderError.None || http.RequestAborted.IsCancellationRequested)
            return;
        LogFailed(http.TraceIdentifier, error);
        // The forwarder has already cut a response that had started.
        if (!http.Response.HasStarted)
            throw Failed(http, Meaning(error, http.Features.Get<IForwarderErrorFeature>()?.Exception, limit));
    }

    private static GatewayError Meaning(ForwarderError error, Exception? cause, long limit) => cause switch
    {
        GatewayException own => own.Error,
        _ when IsTooLarge(cause) => JobReader.TooLarge(limit).Error,
        _ => error switch
        {
            ForwarderError.RequestBodyClient => new GatewayError(ErrorKind.InvalidValue, "The request body ended early."),
            ForwarderError.RequestTimedOut => new GatewayError(ErrorKind.UpstreamTimeout, "The provider did not answer in time."),
            _ => new GatewayError(ErrorKind.UpstreamError, "The provider could not be reached, or broke off before it responded."),
        },
    };

    private static bool IsTooLarge(Exception? cause) => cause switch
    {
        null => false,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => true,
        AggregateException several => several.InnerExceptions.Any(IsTooLarge),
        _ => IsTooLarge(cause.InnerException),
    };

    // Headers of the response that will not come must not remain on the error.
    private static GatewayException Failed(HttpContext http, GatewayError error)
    {
        http.Response.Clear();
        http.Response.Headers["x-request-id"] = http.TraceIdentifier;
        return new GatewayException(error);
    }

    // The server resolved the dot segments it could decode. A doubly encoded one would be resolved later and leave the listed
    // path.
    private static bool HasDotSegments(PathString path)
    {
        for (var (text, before) = (path.Value ?? "", ""); text != before; (text, before) = (Uri.UnescapeDataString(text), text))
        {
            if (text.Split('/', '\\').Any(segment => segment is "." or ".."))
                return true;
        }
        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{RequestId}: pass-through failed with {Error}")]
    private partial void LogFailed(string requestId, ForwarderError error);
}
