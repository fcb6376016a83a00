using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.SystemTests.PassThrough;

/// <summary>What came to the provider.</summary>
internal sealed record Arrival(string Method, string Target, IReadOnlyDictionary<string, string> Headers);

/// <summary>A provider of any API: counts bodies as they come, counts in events, and notes every request.</summary>
internal sealed class UpstreamStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private TaskCompletionSource _nextEvent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UpstreamStub()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.Run(AnswerAsync);
    }

    public string Url => _app.Urls.Single();

    public ConcurrentQueue<Arrival> Arrivals { get; } = [];

    /// <summary>Bytes of the body that came to <c>sink</c> so far.</summary>
    public int Received { get; private set; }

    public Task StartAsync() => _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Lets the next event go out.</summary>
    public void Continue() => _nextEvent.SetResult();

    private async Task AnswerAsync(HttpContext http)
    {
        var headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        Arrivals.Enqueue(new Arrival(http.Request.Method, http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, headers));
        var answer = http.Response.Headers;
        answer.SetCookie = "session=of-the-operator";
        answer["openai-organization"] = "org-of-the-operator";
        answer["x-ratelimit-remaining-requests"] = "1";
        answer["x-request-id"] = "req_of_the_provider";
        answer["x-custom"] = "kept";
        await (http.Request.Path.Value!.Split('/')[^1] switch
        {
            "events" => CountAsync(http),
            "sink" => SinkAsync(http),
            "refused" => RefuseAsync(http, StatusCodes.Status401Unauthorized),
            "broken" => BreakAsync(http),
            "hang" => Task.Delay(Timeout.Infinite, http.RequestAborted),
            "missing" => RefuseAsync(http, StatusCodes.Status404NotFound),
            _ => http.Response.WriteAsync("""{"object":"list"}""", http.RequestAborted),
        });
    }

    private async Task SinkAsync(HttpContext http)
    {
        Received = 0;
        var buffer = new byte[4096];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0;)
            Received += read;
        await http.Response.WriteAsync($"{Received}", http.RequestAborted);
    }

    private async Task CountAsync(HttpContext http)
    {
        http.Response.ContentType = "text/event-stream";
        for (var i = 1; i <= 3; i++)
        {
            await http.Response.WriteAsync($"data: {i}\n\n", http.RequestAborted);
            if (i == 3)
                return;
            await _nextEvent.Task.WaitAsync(http.RequestAborted);
            _nextEvent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private static Task RefuseAsync(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsync("""{"error":{"message":"of the provider: sk-prov*****6789"}}""", http.RequestAborted);
    }

    private static async Task BreakAsync(HttpContext http)
    {
        http.Response.ContentLength = 8;
        await http.Response.WriteAsync("half", http.RequestAborted);
        throw new InvalidOperationException("the connection is cut");
    }
}
