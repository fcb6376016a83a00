namespace ImageGateway.Images.Masks;

/// <summary>How a mask's brightness says what is edited.</summary>
internal enum MaskMode
{
    /// <summary>Black is edited, white is kept, grey in proportion.</summary>
    Luminance,

    /// <summary>White is edited, black is kept, grey in proportion.</summary>
    LuminanceInverted,
}
