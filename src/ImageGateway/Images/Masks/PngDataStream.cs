namespace ImageGateway.Images.Masks;

/// <summary>The content of the IDAT chunks as one stream, starting with the first, which is open. Ends before the chunk that follows them.</summary>
internal sealed class PngDataStream(PngChunks chunks) : Stream
{
    // RFC 1950 §2.2: bit 5 of the second byte.
    private const byte PresetDictionary = 0x20;

    private long _count;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        // Chunks may be empty.
        while (chunks is { Type: PngChunks.Data, Left: 0 })
        {
            chunks.Close();
            chunks.Open();
        }
        var read = chunks.Type == PngChunks.Data ? chunks.Read(buffer) : 0;
        CheckFlags(buffer[..read]);
        _count += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // PNG forbids preset dictionaries, and ZLibStream would report one as an I/O error, like a broken disk.
    private void CheckFlags(ReadOnlySpan<byte> part)
    {
        if (_count <= 1 && _count + part.Length > 1 && (part[(int)(1 - _count)] & PresetDictionary) != 0)
            throw new InvalidDataException("preset dictionary");
    }
}
