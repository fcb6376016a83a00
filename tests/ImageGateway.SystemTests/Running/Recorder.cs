using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ImageGateway.SystemTests.Running;

/// <summary>A provider that keeps a request's bytes as they came, unread, and refuses it.</summary>
internal sealed class Recorder : IAsyncDisposable
{
    private readonly WebApplication _app;

    public Recorder()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.Run(RecordAsync);
    }

    public string Url => _app.Urls.Single();

    public string Body { get; private set; } = "";

    public IReadOnlyDictionary<string, string> Headers { get; private set; } = new Dictionary<string, string>();

    public Task StartAsync() => _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task RecordAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        Body = await reader.ReadToEndAsync(http.RequestAborted);
        Headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync("""{"error":{"message":"Recorded.","type":"invalid_request_error","param":null,"code":"recorded"}}""", http.RequestAborted);
    }
}
