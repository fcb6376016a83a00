using System.Buffers.Text;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ImageGateway.Benchmarks.Load;

/// <summary>
/// Reads HTTP/1.1 messages, requests or responses, from a blocking socket through one buffer: the head, then the
/// body piece by piece, without its chunked framing. Allocates nothing per message.
/// </summary>
internal sealed class MessageReader(Socket socket)
{
    private const int BufferBytes = 256 * 1024;

    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferBytes);
    private int start;
    private int end;
    private long remaining;
    private bool chunked;
    private bool insideChunks;

    /// <summary>The next message's head including its empty line, valid until the next call; empty when the peer has closed.</summary>
    public ReadOnlySpan<byte> ReadHead()
    {
        var length = 0;
        while ((length = buffer.AsSpan(start, end - start).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var idle = start == end;
            if (!TryFill())
                return idle ? default : throw new InvalidDataException("The connection was closed inside a head.");
        }
        var head = buffer.AsSpan(start, length + 4);
        start += head.Length;
        ReadFraming(head);
        return head;
    }

    /// <summary>The body's next piece, valid until the next call; false when the body has ended properly.</summary>
    public bool TryReadBody(out ReadOnlySpan<byte> piece)
    {
        piece = default;
        if (remaining == 0 && !(chunked && TryReadChunkSize()))
            return false;
        if (start == end)
            Fill();
        var length = (int)Math.Min(remaining, end - start);
        piece = buffer.AsSpan(start, length);
        start += length;
        remaining -= length;
        return true;
    }

    private void ReadFraming(ReadOnlySpan<byte> head)
    {
        (remaining, chunked, insideChunks) = (0, false, false);
        while (head.IndexOf((byte)'\n') is >= 0 and var index)
        {
            var line = head[..index];
            head = head[(index + 1)..];
            if (TryValue(line, "content-length:"u8, out var value))
                remaining = Utf8Parser.TryParse(value, out long n, out _) ? n : throw new InvalidDataException("Bad content-length.");
            else if (TryValue(line, "transfer-encoding:"u8, out value))
                chunked = Ascii.EqualsIgnoreCase(value, "chunked"u8);
        }
    }

    private static bool TryValue(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var found = line.Length > name.Length && Ascii.EqualsIgnoreCase(line[..name.Length], name);
        value = found ? line[name.Length..].Trim(" \r"u8) : default;
        return found;
    }

    private bool TryReadChunkSize()
    {
        if (insideChunks && !ReadLine().IsEmpty)
            throw new InvalidDataException("A chunk does not end with an empty line.");
        insideChunks = true;
        var line = ReadLine();
        if (!long.TryParse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out remaining))
            throw new InvalidDataException("Bad chunk size.");
        if (remaining > 0)
            return true;
        while (!ReadLine().IsEmpty)
        {
            // Trailers.
        }
        (chunked, insideChunks) = (false, false);
        return false;
    }

    private ReadOnlySpan<byte> ReadLine()
    {
        var length = 0;
        while ((length = buffer.AsSpan(start, end - start).IndexOf("\r\n"u8)) < 0)
            Fill();
        var line = buffer.AsSpan(start, length);
        start += length + 2;
        return line;
    }

    private void Fill()
    {
        if (!TryFill())
            throw new InvalidDataException("The connection was closed inside a body.");
    }

    private bool TryFill()
    {
        if (start == end)
            (start, end) = (0, 0);
        else if (end == buffer.Length)
            Compact();
        var received = socket.Receive(buffer.AsSpan(end));
        end += received;
        return received > 0;
    }

    private void Compact()
    {
        if (start == 0)
            throw new InvalidDataException("A line or head is larger than the buffer.");
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
    }
}
