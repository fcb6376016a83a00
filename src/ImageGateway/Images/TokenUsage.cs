namespace ImageGateway.Images;

/// <summary>
/// What a provider says it used, in tokens. Text and picture tokens are apart because their prices are;
/// the cached counts are contained in <see cref="TextInput"/> and <see cref="ImageInput"/>.
/// </summary>
internal readonly record struct TokenUsage(
    long TextInput, long ImageInput, long CachedTextInput, long CachedImageInput, long ImageOutput, long TextOutput)
{
    /// <summary>All tokens, in and out.</summary>
    public long Total => TextInput + ImageInput + ImageOutput + TextOutput;

    public static TokenUsage operator +(TokenUsage a, TokenUsage b) => new(
        a.TextInput + b.TextInput, a.ImageInput + b.ImageInput,
        a.CachedTextInput + b.CachedTextInput, a.CachedImageInput + b.CachedImageInput,
        a.ImageOutput + b.ImageOutput, a.TextOutput + b.TextOutput);
}
