using ImageGateway.Streaming;

namespace ImageGateway.Routing;

/// <summary>The beginning of a provider's answer: it is known to be one, and nothing of it has been sent to the client.</summary>
internal sealed record Answer(HttpResponseMessage Response, Stream Body, Relay Relay, Tap Tap) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Body.DisposeAsync();
        Response.Dispose();
    }
}
