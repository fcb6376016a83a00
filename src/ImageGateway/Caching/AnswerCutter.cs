using System.Buffers;
using System.Text;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>
/// Receives a response's bytes as they pass and cuts out its images, decoding them while they are still in the processor's
/// cache: a text of some hundred bytes remains, with a number in place of each image. The images' memory comes from a budget;
/// beyond it the recording is given up.
/// </summary>
/// <param name="pool">Memory for the images.</param>
/// <param name="budget">The bytes that images may take.</param>
/// <param name="isOnlyCopy">True when no client receives the response: its images then exceed the budget if they must.</param>
internal sealed class AnswerCutter(BlockPool pool, BufferBudget budget, bool isOnlyCopy = false) : IDisposable
{
    // No store takes a larger response.
    private const long MostOverdrawn = 256L << 20;

    // Limit for the text around the images; no image provider sends more.
    private const int MostText = 256 * 1024;

    // Ten images per job, each with three partial ones, plus a margin. Each takes its own piece of memory, however small it is.
    private const int MostPictures = 64;

    private readonly ArrayBufferWriter<byte> _text = new(2048);
    private readonly List<PictureBytes> _pictures = [];
    private Base64Decoder? _picture;
    private long _taken;

    /// <summary>False when the recording was given up.</summary>
    public bool IsKept { get; private set; } = true;

    /// <summary>The images by their numbers.</summary>
    public IReadOnlyList<PictureBytes> Pictures => _pictures;

    /// <summary>The response without its images.</summary>
    public ReadOnlySequence<byte> Text => new(_text.WrittenMemory);

    /// <summary>Takes the next bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (IsKept && !bytes.IsEmpty)
        {
            var quote = bytes.IndexOf((byte)'"');
            var part = quote < 0 ? bytes : bytes[..quote];
            if (_picture is null)
                Keep(quote < 0 ? bytes : bytes[..(quote + 1)]);
            else
                Decode(_picture, part);
            if (quote < 0)
                return;
            if (_picture is not null)
                EndPicture(_picture);
            else if (IsKept && BeginsPicture(_text.WrittenSpan))
                BeginPicture();
            bytes = bytes[(quote + 1)..];
        }
    }

    /// <summary>Drops what was kept, and releases the images.</summary>
    public void GiveUp()
    {
        IsKept = false;
        foreach (var picture in _pictures)
            picture.Release();
        _pictures.Clear();
        _picture?.Dispose();
        _picture = null;
        budget.Return(_taken);
        _taken = 0;
    }

    public void Dispose() => GiveUp();

    // A name's closing quote ("b64_json" : "); within a string it would follow a backslash.
    private static bool BeginsPicture(ReadOnlySpan<byte> text)
    {
        text = text[..^1].TrimEnd(" \t\r\n"u8);
        return text is [.., (byte)':'] && text[..^1].TrimEnd(" \t\r\n"u8).EndsWith("\"b64_json\""u8);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_text.WrittenCount + bytes.Length > MostText)
            GiveUp();
        else
            _text.Write(bytes);
    }

    private void Decode(Base64Decoder picture, ReadOnlySpan<byte> bytes)
    {
        var needed = bytes.Length / 4 * 3;
        if (!TryTake(needed))
        {
            GiveUp();
            return;
        }
        if (!picture.TryWrite(bytes))
            GiveUp();
    }

    private bool TryTake(int bytes)
    {
        if (!budget.TryTake(bytes))
        {
            if (!isOnlyCopy || _taken + bytes > MostOverdrawn)
                return false;
            budget.Overdraw(bytes);
        }
        _taken += bytes;
        return true;
    }

    private void BeginPicture()
    {
        if (_pictures.Count < MostPictures)
            _picture = new Base64Decoder(pool);
        else
            GiveUp();
    }

    private void EndPicture(Base64Decoder picture)
    {
        using (picture)
        {
            if (picture.End() is not { } bytes)
            {
                GiveUp();
                return;
            }
            _picture = null;
            _pictures.Add(bytes);
        }
        Keep(Encoding.ASCII.GetBytes($"{_pictures.Count - 1}\""));
    }
}
