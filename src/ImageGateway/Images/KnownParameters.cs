using System.Collections.Frozen;
using ImageGateway.Images.Masks;

namespace ImageGateway.Images;

/// <summary>The names on the wire of the parameters that the gateway reads; all others pass unread. Pictures are read too, and are no parameters.</summary>
internal static class KnownParameters
{
    public static readonly FrozenSet<string> Names =
    [
        "model", "prompt", "n", "size", "quality", "background", "output_format", "output_compression", "response_format",
        "input_fidelity", "stream", "partial_images", "user", "style", "moderation", LuminanceMask.Parameter,
    ];
}
