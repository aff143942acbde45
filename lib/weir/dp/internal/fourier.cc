// SPDX-License-Identifier: Apache-2.0
#include "weir/dp/internal/fourier.h"

#include <bit>
#include <cmath>
#include <numbers>
#include <utility>

namespace weir::dp::internal {
namespace {

// Of one halving of the transform: roots good to 13 roundings, a product of two complex numbers
// (sqrt 5), an addition.
constexpr double kErrorOfHalving = 17 * 0x1p-53;

struct Complex {
  double re;
  double im;
};

// NOLINTNEXTLINE(bugprone-easily-swappable-parameters): a product
inline Complex Times(Complex a, Complex b) {
  return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

// exp(-2 pi i k / size) for k in [0, size / 2): products of few sines and cosines.
ComplexVector RootsOfUnity(size_t size) {
  const size_t count = size / 2;
  const size_t block = size_t{1} << (std::bit_width(count) / 2);
  const auto root = [size](size_t k) {
    const double angle =
        -2 * std::numbers::pi * (static_cast<double>(k) / static_cast<double>(size));
    return Complex{std::cos(angle), std::sin(angle)};
  };
  std::vector<Complex> fine(std::min(block, count));
  for (size_t k = 0; k < fine.size(); ++k) fine[k] = root(k);
  ComplexVector roots(count);
  for (size_t start = 0; start < count; start += block) {
    const Complex coarse = root(start);
    for (size_t k = 0; k < fine.size(); ++k) {
      const Complex value = Times(coarse, fine[k]);
      roots.re[start + k] = value.re;
      roots.im[start + k] = value.im;
    }
  }
  return roots;
}

// One step of Stockham's method: `from` holds `stride` interleaved sequences of `length` points,
// `to` gets 4 * stride of a quarter of the length.
struct Step {
  const double* __restrict from_re;
  const double* __restrict from_im;
  double* __restrict to_re;
  double* __restrict to_im;
  size_t length;
  size_t stride;
};

struct Roots {
  Complex first;
  Complex second;
  Complex third;
};

inline Roots PowersOf(Complex root) {
  const Complex second = Times(root, root);
  return {root, second, Times(root, second)};
}

// The four points a quarter of the length apart, from `in` to `out` in distances of `stride`.
inline void Butterfly(const Step& step, size_t in, size_t out, const Roots& roots) {
  const size_t quarter = step.stride * (step.length / 4);
  const double* __restrict re = step.from_re + in;
  const double* __restrict im = step.from_im + in;
  const Complex sum_ac = {re[0] + re[2 * quarter], im[0] + im[2 * quarter]};
  const Complex difference_ac = {re[0] - re[2 * quarter], im[0] - im[2 * quarter]};
  const Complex sum_bd = {re[quarter] + re[3 * quarter], im[quarter] + im[3 * quarter]};
  // i (b - d)
  const Complex turned_bd = {im[3 * quarter] - im[quarter], re[quarter] - re[3 * quarter]};
  const Complex second =
      Times(roots.first, {difference_ac.re - turned_bd.re, difference_ac.im - turned_bd.im});
  const Complex third = Times(roots.second, {sum_ac.re - sum_bd.re, sum_ac.im - sum_bd.im});
  const Complex fourth =
      Times(roots.third, {difference_ac.re + turned_bd.re, difference_ac.im + turned_bd.im});
  double* __restrict to_re = step.to_re + out;
  double* __restrict to_im = step.to_im + out;
  to_re[0] = sum_ac.re + sum_bd.re;
  to_im[0] = sum_ac.im + sum_bd.im;
  to_re[step.stride] = second.re;
  to_im[step.stride] = second.im;
  to_re[2 * step.stride] = third.re;
  to_im[2 * step.stride] = third.im;
  to_re[3 * step.stride] = fourth.re;
  to_im[3 * step.stride] = fourth.im;
}

}  // namespace

RealFourier::RealFourier(size_t size)
    : size_(size),
      point_error_(kErrorOfHalving * (static_cast<double>(std::bit_width(size)) + 2)),
      roots_(RootsOfUnity(size)),
      half_(size / 2),
      scratch_(size / 2) {}

void RealFourier::Transform() {
  size_t length = size_ / 2;
  size_t stride = 1;
  for (; length >= 4; length /= 4, stride *= 4) {
    const Step step = {half_.re.data(),    half_.im.data(), scratch_.re.data(),
                       scratch_.im.data(), length,          stride};
    const size_t turn = size_ / length;  // roots_ are those of size_
    for (size_t p = 0; p < length / 4; ++p) {
      const Roots roots = PowersOf({roots_.re[p * turn], roots_.im[p * turn]});
      for (size_t q = 0; q < stride; ++q) {
        Butterfly(step, q + stride * p, q + stride * 4 * p, roots);
      }
    }
    std::swap(half_, scratch_);
  }
  if (length == 2) {
    for (size_t q = 0; q < stride; ++q) {
      const Complex a = {half_.re[q], half_.im[q]};
      const Complex b = {half_.re[q + stride], half_.im[q + stride]};
      half_.re[q] = a.re + b.re;
      half_.im[q] = a.im + b.im;
      half_.re[q + stride] = a.re - b.re;
      half_.im[q + stride] = a.im - b.im;
    }
  }
}

void RealFourier::Forward(std::span<const double> values, ComplexVector& spectrum) {
  const size_t half = size_ / 2;
  for (size_t k = 0; k < half; ++k) {
    half_.re[k] = values[2 * k];
    half_.im[k] = values[2 * k + 1];
  }
  Transform();
  spectrum.re[0] = half_.re[0] + half_.im[0];
  spectrum.im[0] = 0;
  spectrum.re[half] = half_.re[0] - half_.im[0];
  spectrum.im[half] = 0;
  for (size_t k = 1; k < half; ++k) {
    // Even points gave (z[k] + conj z[-k]) / 2, odd ones (z[k] - conj z[-k]) / 2i.
    const Complex even = {(half_.re[k] + half_.re[half - k]) / 2,
                          (half_.im[k] - half_.im[half - k]) / 2};
    const Complex odd = {(half_.im[k] + half_.im[half - k]) / 2,
                         (half_.re[half - k] - half_.re[k]) / 2};
    const Complex turned = Times({roots_.re[k], roots_.im[k]}, odd);
    spectrum.re[k] = even.re + turned.re;
    spectrum.im[k] = even.im + turned.im;
  }
}

void RealFourier::Backward(const ComplexVector& spectrum, std::span<double> values) {
  const size_t half = size_ / 2;
  // Real and imaginary parts change places: that turns a transform into its inverse.
  half_.im[0] = (spectrum.re[0] + spectrum.re[half]) / 2;
  half_.re[0] = (spectrum.re[0] - spectrum.re[half]) / 2;
  for (size_t k = 1; k < half; ++k) {
    const Complex even = {(spectrum.re[k] + spectrum.re[half - k]) / 2,
                          (spectrum.im[k] - spectrum.im[half - k]) / 2};
    const Complex rest = {(spectrum.re[k] - spectrum.re[half - k]) / 2,
                          (spectrum.im[k] + spectrum.im[half - k]) / 2};
    const Complex odd = Times({roots_.re[k], -roots_.im[k]}, rest);
    half_.im[k] = even.re - odd.im;
    half_.re[k] = even.im + odd.re;
  }
  Transform();
  const double scale = 1 / static_cast<double>(half);
  for (size_t k = 0; k < half; ++k) {
    values[2 * k] = half_.im[k] * scale;
    values[2 * k + 1] = half_.re[k] * scale;
  }
}

}  // namespace weir::dp::internal
