using ImageGateway.Images;

namespace ImageGateway.Streaming;

/// <summary>The counts of a <c>usage</c> object while it is read.</summary>
internal sealed class UsageCounts
{
    // More than any job can use: a larger count is ignored, and sums of valid ones cannot overflow.
    private const long Most = 1_000_000_000;

    private enum Count : byte { Other, Text, Image, Cached }

    private Count _name;
    private long? _textIn;
    private long? _imageIn;
    private long? _cached;
    private long? _textOut;
    private long? _imageOut;

    public long? Input { get; set; }
    public long? Output { get; set; }

    /// <summary>The name of the next detail.</summary>
    public void Name(ReadOnlySpan<byte> name) => _name =
        name.SequenceEqual("text_tokens"u8) ? Count.Text
        : name.SequenceEqual("image_tokens"u8) ? Count.Image
        : name.SequenceEqual("cached_tokens"u8) ? Count.Cached
        : Count.Other;

    /// <summary>The value of the detail last named.</summary>
    public void Detail(bool input, long? count)
    {
        switch (_name)
        {
            case Count.Text when input: _textIn = count; break;
            case Count.Image when input: _imageIn = count; break;
            case Count.Cached when input: _cached = count; break;
            case Count.Text: _textOut = count; break;
            case Count.Image: _imageOut = count; break;
        }
    }

    public void ClearDetails(bool input)
    {
        if (input)
            _textIn = _imageIn = _cached = null;
        else
            _textOut = _imageOut = null;
        _name = Count.Other;
    }

    public void Clear()
    {
        Input = Output = null;
        ClearDetails(input: true);
        ClearDetails(input: false);
    }

    /// <summary>
    /// The usage, with nothing counted twice and nothing lost: tokens that the details do not cover count as text in the input
    /// and as image in the output; cached tokens are attributed to text first. Negative counts are ignored. Null: there is no
    /// credible usage.
    /// </summary>
    public TokenUsage? ToUsage()
    {
        if ((Input is null && Output is null) || Input > Most || Output > Most || _textIn > Most || _imageIn > Most || _textOut > Most || _imageOut > Most)
            return null;
        var (imageIn, textOut) = (AtLeast0(_imageIn), AtLeast0(_textOut));
        var textIn = Math.Max(AtLeast0(_textIn), AtLeast0(Input) - imageIn);
        var imageOut = Math.Max(AtLeast0(_imageOut), AtLeast0(Output) - textOut);
        var cachedText = Math.Min(AtLeast0(_cached), textIn);
        var cachedImage = Math.Min(AtLeast0(_cached) - cachedText, imageIn);
        return new TokenUsage(textIn, imageIn, cachedText, cachedImage, imageOut, textOut);
    }

    private static long AtLeast0(long? count) => Math.Max(count ?? 0, 0);
}
