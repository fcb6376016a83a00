using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Api.Files;

/// <summary>A response body that is withheld, so that another can be sent in its place; writing to it does not start the response.</summary>
internal sealed class WithheldBody(Stream bytes) : IHttpResponseBodyFeature
{
    public Stream Stream => bytes;

    public PipeWriter Writer { get; } = PipeWriter.Create(bytes);

    public void DisableBuffering() { }

    public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException("responses are not files");

    public async Task CompleteAsync() => await Writer.FlushAsync(CancellationToken.None);
}
