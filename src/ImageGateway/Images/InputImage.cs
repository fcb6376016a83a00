namespace ImageGateway.Images;

/// <summary>An input image or mask: its bytes and its header. <see cref="FileName"/> is the client's, for the provider only.</summary>
internal sealed record InputImage(string FileName, SpooledBytes Bytes, ImageHeader Header) : IDisposable
{
    public void Dispose() => Bytes.Dispose();
}
