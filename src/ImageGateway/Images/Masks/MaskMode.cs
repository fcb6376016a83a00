namespace ImageGateway.Images.Masks;

/// <summary>How a mask's brightness marks the edited area.</summary>
internal enum MaskMode
{
    /// <summary>Black is edited, white is kept, grey in proportion.</summary>
    Luminance,

    /// <summary>White is edited, black is kept, grey in proportion.</summary>
    LuminanceInverted,
}
