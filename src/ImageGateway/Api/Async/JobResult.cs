using System.Globalization;
using System.Text.Json;
using ImageGateway.Caching;
using ImageGateway.Images;

namespace ImageGateway.Api.Async;

/// <summary>A job as a response: the job and, once it has ended, its response or its error.</summary>
internal sealed class JobResult : IResult
{
    private readonly int _status;
    private readonly AnswerWriter? _answer;
    private readonly byte[] _head;
    private readonly byte[] _tail;

    private JobResult(int status, JobAnswer job, byte[] more, AnswerWriter? answer = null)
    {
        (_status, _answer, _tail) = (status, answer, answer is null ? [] : "}"u8.ToArray());
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(job, JobJson.Wire.JobAnswer);
        _head = more.Length == 0 ? json : [.. json.AsSpan(..^1), .. more];
    }

    /// <summary>A job without a stored response or error.</summary>
    public static JobResult Of(JobAnswer job) => new(StatusCodes.Status200OK, job, []);

    /// <summary>A job that failed.</summary>
    public static JobResult Of(JobAnswer job, GatewayError error) => new(StatusCodes.Status200OK, job, [(byte)',', .. ErrorEnvelope.Body(error).AsSpan(1..)]);

    /// <summary>A completed job.</summary>
    public static JobResult Of(JobAnswer job, StoredAnswer answer) => new(StatusCodes.Status200OK, job, ",\"response\":"u8.ToArray(), AnswerWriter.Json(answer));

    /// <summary>A job that is still running.</summary>
    public static JobResult Later(HttpContext http, JobAnswer job)
    {
        http.Response.Headers.RetryAfter = AsyncJobStore.Look.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return new JobResult(StatusCodes.Status202Accepted, job, []);
    }

    /// <summary>A job that was accepted.</summary>
    public static JobResult Accepted(HttpContext http, AsyncState state)
    {
        http.Response.Headers.Location = $"{http.Request.PathBase}/v1/images/jobs/{state.Job.Id}";
        http.Response.Headers["preference-applied"] = Preference.RespondAsync;
        return Later(http, state.Job);
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = _status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = _head.Length + (_answer?.Length ?? 0) + _tail.Length;
        await response.BodyWriter.WriteAsync(_head, httpContext.RequestAborted);
        if (_answer is not null && await _answer.WriteAsync(response.BodyWriter, httpContext.RequestAborted))
            await response.BodyWriter.WriteAsync(_tail, httpContext.RequestAborted);
    }
}
