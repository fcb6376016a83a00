namespace ImageGateway.Images;

/// <summary>Writes to <see cref="SpooledBytes"/>.</summary>
internal sealed class SpoolStream(SpooledBytes bytes) : Stream
{
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => bytes.Length;
    public override long Position { get => bytes.Length; set => throw new NotSupportedException(); }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => bytes.AppendAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        bytes.AppendAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() { }

    // The base class runs Flush on another thread.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
