using System.Net;
using ImageGateway.Images;

namespace ImageGateway.Providers.Bodies;

/// <summary>An uploaded file being sent to a provider.</summary>
internal sealed class SpooledContent(SpooledBytes bytes) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        bytes.CopyToAsync(stream, cancellationToken);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => bytes.CopyToAsync(stream, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = bytes.Length;
        return true;
    }
}
