using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Caching;

/// <summary>A response body whose pipe is another; everything else is the server's.</summary>
internal sealed class KeptBody(IHttpResponseBodyFeature server, PipeWriter pipe) : IHttpResponseBodyFeature
{
    public Stream Stream => server.Stream;

    public PipeWriter Writer => pipe;

    public void DisableBuffering() => server.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => server.StartAsync(cancellationToken);

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => server.SendFileAsync(path, offset, count, cancellationToken);

    public Task CompleteAsync() => server.CompleteAsync();
}
