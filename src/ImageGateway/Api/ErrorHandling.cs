using ImageGateway.Images;
using Microsoft.AspNetCore.Mvc;

namespace ImageGateway.Api;

/// <summary>
/// The outermost middleware: gives every request its id, and turns every failure into the format its reader expects, OpenAI's
/// envelope on the data plane and ProblemDetails on the control plane.
/// </summary>
internal sealed partial class ErrorHandling(RequestDelegate next, TimeProvider time, ILogger<ErrorHandling> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        http.TraceIdentifier = Guid.CreateVersion7(time.GetUtcNow()).ToString();
        http.Response.Headers["x-request-id"] = http.TraceIdentifier;
        try
        {
            RefuseTwoLengths(http.Request.Headers);
            await next(http);
            await DescribeAsync(http);
        }
        catch (GatewayException e)
        {
            await FailAsync(http, e.Error);
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            // The server's messages are about framing and never quote the body; after such an error the start of the next
            // request is unknown.
            var kind = e is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } ? ErrorKind.RequestTooLarge : ErrorKind.InvalidValue;
            if (!http.Response.HasStarted && HttpProtocol.IsHttp11(http.Request.Protocol))
                http.Response.Headers.Connection = "close";
            await FailAsync(http, new GatewayError(kind, $"The request cannot be read: {e.Message}"));
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            LogClientGone(http.TraceIdentifier);
        }
        catch (Exception e)
        {
            LogUnexpected(e, http.TraceIdentifier);
            await FailAsync(http, new GatewayError(ErrorKind.Internal, "The gateway failed. Its log has the details under this request id."));
        }
    }

    // By RFC 9112 (6.3) the server goes by the chunks and moves the length to this otherwise unused header. A proxy in front
    // may have gone by the length (request smuggling).
    private static void RefuseTwoLengths(IHeaderDictionary headers)
    {
        if (headers.TransferEncoding.Count > 0 && headers.ContainsKey("X-Content-Length"))
            throw new BadHttpRequestException("It has a Content-Length and a Transfer-Encoding.");
    }

    // The server throws the second for a chunk whose size overflows.
    private static bool IsUnreadable(Exception e) => e is BadHttpRequestException or IOException { InnerException: OverflowException };

    // Routing answers unknown paths and methods with a bare status code.
    private static Task DescribeAsync(HttpContext http) => (http.Response.HasStarted, http.Response.StatusCode) switch
    {
        (false, StatusCodes.Status404NotFound) => FailAsync(http, new GatewayError(ErrorKind.UnknownUrl, $"Unknown request URL: {http.Request.Method} {GatewayException.Shortened(http.Request.Path)}.")),
        (false, StatusCodes.Status405MethodNotAllowed) => FailAsync(http, new GatewayError(ErrorKind.MethodNotAllowed, $"The method {http.Request.Method} is not allowed here. Allowed: {http.Response.Headers.Allow}.")),
        _ => Task.CompletedTask,
    };

    private static async Task FailAsync(HttpContext http, GatewayError error)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }
        if (http.Request.Path.StartsWithSegments("/admin"))
            await ProblemAsync(http, error);
        else
            await ErrorEnvelope.WriteAsync(http.Response, error, http.RequestAborted);
    }

    private static Task ProblemAsync(HttpContext http, GatewayError error)
    {
        ErrorEnvelope.SetHead(http.Response, error);
        var problem = new ProblemDetails { Status = http.Response.StatusCode, Title = ErrorEnvelope.Code(error), Detail = error.Message };
        if (error.Param is not null)
            problem.Extensions["param"] = error.Param;
        return http.Response.WriteAsJsonAsync(problem, options: null, "application/problem+json", http.RequestAborted);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{RequestId}: the client disconnected")]
    private partial void LogClientGone(string requestId);

    [LoggerMessage(Level = LogLevel.Error, Message = "{RequestId}: unexpected failure")]
    private partial void LogUnexpected(Exception exception, string requestId);
}
