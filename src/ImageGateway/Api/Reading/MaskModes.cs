using ImageGateway.Images;
using ImageGateway.Images.Masks;

namespace ImageGateway.Api.Reading;

/// <summary>Reads <c>mask_mode</c>, with which a client sends a mask without an alpha channel.</summary>
internal static class MaskModes
{
    /// <summary>The values as error messages list them.</summary>
    public const string Allowed = "luminance (black is edited) or luminance-inverted (white is edited)";

    /// <summary>The mode; null when absent.</summary>
    /// <exception cref="GatewayException">The value is unknown, or there is no mask.</exception>
    public static MaskMode? Read(IParameterSource source, bool hasMask)
    {
        MaskMode? mode = source.Text(LuminanceMask.Parameter) switch
        {
            null => null,
            "luminance" => MaskMode.Luminance,
            "luminance-inverted" => MaskMode.LuminanceInverted,
            var other => throw GatewayException.Invalid(LuminanceMask.Parameter, other, Allowed),
        };
        return mode is null || hasMask ? mode : throw Wrong("it needs a 'mask', and the request has none");
    }

    /// <summary>The error for a parameter that cannot be honoured.</summary>
    public static GatewayException Wrong(string reason) =>
        new(ErrorKind.InvalidValue, $"Invalid value for '{LuminanceMask.Parameter}': {reason}.", LuminanceMask.Parameter);
}
